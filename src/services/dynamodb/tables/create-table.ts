import { randomUUID } from 'node:crypto';
import type { CreateTableInput, CreateTableOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { changeStream, switchedStream } from '../streams/stream-switch.ts';
import { addTableTags, checkTableTags } from './table-tags.ts';
import { indexesOf } from './index-input.ts';
import { attributeTypes, checkAllNeeded, keySchema } from './key-schema-input.ts';
import type { Table, TableDefinition } from './table-definition.ts';
import { EMPTY } from './table-contents.ts';
import { describe } from './table-description.ts';
import { newTableName } from './table-name.ts';
import { insertTable, tableChange } from './table-rows.ts';
import { mostOnDemand, throughputOf } from './throughput.ts';
import { refuseUnbuilt } from './unbuilt-settings.ts';

/** The table serves as soon as this is answered; the answer says CREATING, as programs expect. */
export function createTable(
  deps: DynamodbDependencies,
): OperationHandler<CreateTableInput, CreateTableOutput> {
  return async (input, context) => {
    refuseUnbuilt(input);
    const nowMs = deps.clock.now();
    const stream = switchedStream(undefined, input.StreamSpecification, nowMs);
    const definition = { ...definitionOf(input, nowMs), ...(stream !== undefined && { stream }) };
    const tags = checkTableTags(input.Tags);
    const name = newTableName(input.TableName, context);
    const table: Table = { ...name, id: randomUUID(), definition, createdAtMs: nowMs };
    await deps.store.write(async (tx, announce) => {
      if (!(await insertTable(tx, table))) {
        throw new ServiceError('ResourceInUseException', `Table already exists: ${table.name}`);
      }
      await addTableTags(tx, table, tags);
      await changeStream(tx, undefined, table, nowMs);
      announce(tableChange(table, table));
    });
    return {
      TableDescription: describe(table, { status: 'CREATING', nowMs, indexes: creating(definition) }, EMPTY),
    };
  };
}

function definitionOf(input: CreateTableInput, nowMs: number): TableDefinition {
  const billingMode = input.BillingMode ?? 'PROVISIONED';
  const types = attributeTypes(input.AttributeDefinitions);
  const key = keySchema(input.KeySchema, types);
  const throughput = throughputOf(input.ProvisionedThroughput, billingMode);
  const most = mostOnDemand(undefined, input.OnDemandThroughput, billingMode);
  const indexes = indexesOf(input.LocalSecondaryIndexes, input.GlobalSecondaryIndexes, {
    key,
    types,
    billingMode,
  });
  checkAllNeeded(types, [key, ...indexes.map((index) => index.key)]);
  return {
    attributes: types,
    key,
    indexes,
    billingMode,
    ...(throughput !== undefined && { throughput }),
    ...(most !== undefined && { mostOnDemand: most }),
    ...(billingMode === 'PAY_PER_REQUEST' && { onDemandSinceMs: nowMs }),
    ...(input.TableClass !== undefined && { tableClass: input.TableClass }),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
  };
}

function creating({ indexes }: TableDefinition): Record<string, 'CREATING'> {
  return Object.fromEntries(indexes.map(({ name }) => [name, 'CREATING']));
}
