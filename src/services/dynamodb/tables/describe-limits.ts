import type { DescribeLimitsInput, DescribeLimitsOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';

/** What AWS grants a new account; here nothing counts the units of all tables together. */
const OF_ACCOUNT = 80_000;
const MOST_OF_TABLE = 40_000;

export function describeLimits(): OperationHandler<DescribeLimitsInput, DescribeLimitsOutput> {
  return () => ({
    AccountMaxReadCapacityUnits: OF_ACCOUNT,
    AccountMaxWriteCapacityUnits: OF_ACCOUNT,
    TableMaxReadCapacityUnits: MOST_OF_TABLE,
    TableMaxWriteCapacityUnits: MOST_OF_TABLE,
  });
}
