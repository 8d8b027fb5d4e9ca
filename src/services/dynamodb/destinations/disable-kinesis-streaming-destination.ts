import type {
  KinesisStreamingDestinationInput,
  KinesisStreamingDestinationOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Table } from '../tables/table-definition.ts';
import { lockTable } from '../tables/table-locks.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { tableChange, tableNotFound, updateTableRow } from '../tables/table-rows.ts';
import { wrongState } from './destination-errors.ts';
import { destinationsOf, endIntake } from './destination-rows.ts';
import { isLive } from './streaming-destination.ts';

/** No write after the answer goes to the stream. It is DISABLING until the stream has all from before. */
export function disableKinesisStreamingDestination(
  deps: DynamodbDependencies,
): OperationHandler<KinesisStreamingDestinationInput, KinesisStreamingDestinationOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const { StreamArn: streamArn = '' } = input;
    if (input.EnableKinesisStreamingConfiguration !== undefined) {
      throw validation('Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters');
    }
    const id = await deps.store.write(async (tx, announce) => {
      const table = await lockTable(tx, deps.store.engine, name);
      if (table === undefined) throw tableNotFound(name.name);
      const all = await destinationsOf(tx, table);
      const destination = all.find((one) => one.streamArn === streamArn && isLive(one));
      if (destination === undefined) {
        throw wrongState('KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.');
      }
      const { destination: _, ...definition } = table.definition;
      const after: Table = { ...table, definition };
      await endIntake(tx, destination.id);
      await updateTableRow(tx, after);
      announce(tableChange(name, after));
      return destination.id;
    });
    deps.destinations.look(id);
    return { TableName: name.name, StreamArn: streamArn, DestinationStatus: 'DISABLING' };
  };
}
