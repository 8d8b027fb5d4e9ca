import type { TransactWriteItemsInput, TransactWriteItemsOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { writtenCapacity } from './consumed-capacity.ts';
import { placeName } from './item-rows.ts';
import type { Outcome, Written } from './write-decisions.ts';
import { requestToken, TOKEN_MISMATCH } from './request-tokens.ts';
import { checkNotRefused } from './transaction-canceled.ts';
import { transactionWrite } from './transaction-writes.ts';

/** All or nothing, of up to 100 items. The same token within ten minutes does nothing again. */
export function transactWriteItems(
  deps: DynamodbDependencies,
): OperationHandler<TransactWriteItemsInput, TransactWriteItemsOutput> {
  return async (input, context) => {
    const bound = (input.TransactItems ?? []).map((member) => transactionWrite(member, context));
    const writes = await Promise.all(bound.map(async (bind) => await bind(deps)));
    if (new Set(writes.map(placeName)).size < writes.length) {
      throw validation('Transaction request cannot include multiple operations on one item');
    }
    const outcome = await deps.items.transact(writes, requestToken(input, context, deps.clock.now()));
    checkDone(outcome);
    const done = writes.map(({ table }, index) => ({ table, ...(outcome[index] as Written) }));
    const capacity = writtenCapacity(input.ReturnConsumedCapacity, done, true);
    return capacity === undefined ? {} : { ConsumedCapacity: capacity };
  };
}

function checkDone(outcome: Outcome): void {
  const mismatch = outcome.find((one) => one instanceof ServiceError && one.code === TOKEN_MISMATCH);
  if (mismatch instanceof ServiceError) throw mismatch;
  checkNotRefused(outcome);
}
