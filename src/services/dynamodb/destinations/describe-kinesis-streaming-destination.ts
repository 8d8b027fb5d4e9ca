import type {
  DescribeKinesisStreamingDestinationInput,
  DescribeKinesisStreamingDestinationOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { tableNotFound } from '../tables/table-rows.ts';
import { destinationsOf } from './destination-rows.ts';

/** Those of the past too. */
export function describeKinesisStreamingDestination(
  deps: DynamodbDependencies,
): OperationHandler<DescribeKinesisStreamingDestinationInput, DescribeKinesisStreamingDestinationOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const table = await deps.tables.find(name);
    if (table === undefined) throw tableNotFound(name.name);
    const all = await destinationsOf(deps.store.db, table);
    return {
      TableName: name.name,
      KinesisDataStreamDestinations: all.map(({ streamArn, status, description, precision }) => ({
        StreamArn: streamArn,
        DestinationStatus: status,
        ...(description !== undefined && { DestinationStatusDescription: description }),
        ...(precision !== undefined && { ApproximateCreationDateTimePrecision: precision }),
      })),
    };
  };
}
