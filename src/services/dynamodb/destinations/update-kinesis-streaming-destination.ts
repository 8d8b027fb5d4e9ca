import type {
  UpdateKinesisStreamingDestinationInput,
  UpdateKinesisStreamingDestinationOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Table } from '../tables/table-definition.ts';
import { lockTable } from '../tables/table-locks.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { tableChange, tableNotFound, updateTableRow } from '../tables/table-rows.ts';
import { wrongState } from './destination-errors.ts';
import { destinationsOf, setPrecision } from './destination-rows.ts';
import type { StreamingDestination } from './streaming-destination.ts';

/** Holds for every write after the answer, though it says UPDATING. */
export function updateKinesisStreamingDestination(
  deps: DynamodbDependencies,
): OperationHandler<UpdateKinesisStreamingDestinationInput, UpdateKinesisStreamingDestinationOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const { StreamArn: streamArn = '' } = input;
    const precision = input.UpdateKinesisStreamingConfiguration?.ApproximateCreationDateTimePrecision;
    if (precision === undefined) {
      throw validation(
        'Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration cannot be null or contain only null values',
      );
    }
    await deps.store.write(async (tx, announce) => {
      const table = await lockTable(tx, deps.store.engine, name);
      if (table === undefined) throw tableNotFound(name.name);
      const all = await destinationsOf(tx, table);
      const destination = activeOf(all, streamArn, name.name);
      if ((destination.precision ?? 'MILLISECOND') === precision) {
        throw validation(
          `Invalid Request: Precision is already set to the desired value of ${precision} for tableId: ${table.id}, kdsArn: ${streamArn}`,
        );
      }
      const definition = { ...table.definition, destination: { id: destination.id, precision } };
      const after: Table = { ...table, definition };
      await setPrecision(tx, destination.id, precision);
      await updateTableRow(tx, after);
      announce(tableChange(name, after));
    });
    return {
      TableName: name.name,
      StreamArn: streamArn,
      DestinationStatus: 'UPDATING',
      UpdateKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: precision },
    };
  };
}

function activeOf(
  all: readonly StreamingDestination[],
  streamArn: string,
  tableName: string,
): StreamingDestination {
  const destination = all.find((one) => one.streamArn === streamArn);
  if (destination === undefined) {
    throw wrongState(
      `No streaming destination with streamArn: ${streamArn} found for table with tableName: ${tableName}`,
    );
  }
  if (destination.status === 'ACTIVE') return destination;
  throw wrongState(
    `Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. TableName: ${tableName}`,
  );
}
