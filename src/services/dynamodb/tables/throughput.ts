import type { ProvisionedThroughput } from '@aws-sdk/client-dynamodb';
import { invalidParameter } from '../dynamodb-errors.ts';
import type { TableDefinition, Throughput } from './table-definition.ts';

/**
 * What a table or an index is provisioned with; undefined where each request is paid for.
 * Throws ValidationException when it is given in the wrong mode, or not given.
 */
export function throughputOf(
  given: ProvisionedThroughput | undefined,
  billingMode: TableDefinition['billingMode'],
  indexName?: string,
): Throughput | undefined {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (given === undefined) return undefined;
    throw invalidParameter(
      indexName === undefined
        ? 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'
        : `ProvisionedThroughput should not be specified for index: ${indexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (given?.ReadCapacityUnits === undefined || given.WriteCapacityUnits === undefined) {
    throw invalidParameter(
      indexName === undefined
        ? 'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'
        : `ProvisionedThroughput is not specified for index: ${indexName}`,
    );
  }
  return { read: given.ReadCapacityUnits, write: given.WriteCapacityUnits };
}
