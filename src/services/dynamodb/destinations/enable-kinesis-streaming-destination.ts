import { randomUUID } from 'node:crypto';
import type {
  KinesisStreamingDestinationInput,
  KinesisStreamingDestinationOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Table } from '../tables/table-definition.ts';
import { lockTable } from '../tables/table-locks.ts';
import { type TableName, tableNameOf } from '../tables/table-name.ts';
import { tableChange, tableNotFound, updateTableRow } from '../tables/table-rows.ts';
import { wrongState } from './destination-errors.ts';
import { destinationsOf, insertDestination } from './destination-rows.ts';
import { isLive, type StreamingDestination } from './streaming-destination.ts';

const NO_PERMISSION = 'User does not have a permission to use kinesis stream';

/**
 * Every write after the answer goes to the stream, though the answer says ENABLING, as programs expect. A stream that does not
 * take records shows afterwards, as a destination whose state is ENABLE_FAILED.
 */
export function enableKinesisStreamingDestination(
  deps: DynamodbDependencies,
): OperationHandler<KinesisStreamingDestinationInput, KinesisStreamingDestinationOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const { StreamArn: streamArn = '', EnableKinesisStreamingConfiguration: configuration } = input;
    const precision = configuration?.ApproximateCreationDateTimePrecision;
    const takesRecords = await canReceive(deps, streamArn, name);
    const id = randomUUID();
    await deps.store.write(async (tx, announce) => {
      const table = await lockTable(tx, deps.store.engine, name);
      if (table === undefined) throw tableNotFound(name.name);
      if ((await destinationsOf(tx, table)).some(isLive)) {
        throw wrongState(
          'EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.',
        );
      }
      const destination: StreamingDestination = {
        id,
        table: name,
        tableId: table.id,
        streamArn,
        status: takesRecords ? 'ACTIVE' : 'ENABLE_FAILED',
        description: takesRecords ? undefined : NO_PERMISSION,
        precision,
        createdAtMs: deps.clock.now(),
      };
      await insertDestination(tx, destination);
      if (!takesRecords) return;
      const definition = { ...table.definition, destination: { id, ...(precision && { precision }) } };
      const after: Table = { ...table, definition };
      await updateTableRow(tx, after);
      announce(tableChange(name, after));
    });
    if (takesRecords) deps.destinations.look(id);
    return {
      TableName: name.name,
      StreamArn: streamArn,
      DestinationStatus: 'ENABLING',
      EnableKinesisStreamingConfiguration: {
        ...(precision && { ApproximateCreationDateTimePrecision: precision }),
      },
    };
  };
}

/** It has to be of the table's own account and Region. */
async function canReceive(
  { streams }: Pick<DynamodbDependencies, 'streams'>,
  streamArn: string,
  { accountId, region }: TableName,
): Promise<boolean> {
  if (!streamArn.startsWith(`arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/`))
    return false;
  try {
    await streams.check(streamArn, { kind: 'account', accountId });
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.status < 500) return false;
    throw error;
  }
}
