import type { DeleteTableInput, DeleteTableOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { leaveDestinations } from '../destinations/destination-rows.ts';
import { disableStream } from '../streams/stream-rows.ts';
import { leaveItems } from './leftovers.ts';
import { contentsOf } from './table-contents.ts';
import { describe } from './table-description.ts';
import { tableArn, tableNameOf } from './table-name.ts';
import { findTable, removeTableRow, tableChange, tableNotFound } from './table-rows.ts';

export function deleteTable(
  deps: DynamodbDependencies,
): OperationHandler<DeleteTableInput, DeleteTableOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const { leftId, output } = await deps.store.write(async (tx, announce) => {
      const table = await findTable(tx, name);
      if (table === undefined) throw tableNotFound(name.name);
      if (table.definition.deletionProtection) {
        throw validation(
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
        );
      }
      const contents = await contentsOf(tx, table);
      const nowMs = deps.clock.now();
      await removeTableRow(tx, table);
      await leaveItems(tx, table);
      await leaveDestinations(tx, table);
      const { stream, destination } = table.definition;
      if (stream !== undefined) await disableStream(tx, stream.id, nowMs);
      await tx.deleteFrom('resource_tags').where('resource_arn', '=', tableArn(table)).execute();
      announce(tableChange(name));
      const described = describe(table, { status: 'DELETING', nowMs }, contents);
      return { leftId: destination?.id, output: { TableDescription: described } };
    });
    deps.tails.wakeAll();
    deps.expiry.soon();
    if (leftId !== undefined) deps.destinations.look(leftId);
    return output;
  };
}
