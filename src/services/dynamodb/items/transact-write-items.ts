import type {
  CancellationReason,
  TransactWriteItemsInput,
  TransactWriteItemsOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { consumedCapacity, writeUsage } from './consumed-capacity.ts';
import { placeName } from './item-rows.ts';
import type { Outcome, Written } from './item-writer.ts';
import { requestToken, TOKEN_MISMATCH } from './request-tokens.ts';
import { transactionWrite } from './transaction-writes.ts';

/** How a refused member is named among a transaction's reasons. */
const REASONS: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
};

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
    const usages = writes.map(({ table }, index) => {
      const { before, after } = outcome[index] as Written;
      return writeUsage(table, before, after, 2);
    });
    const capacity = consumedCapacity(input.ReturnConsumedCapacity, 'write', usages, true);
    return capacity === undefined ? {} : { ConsumedCapacity: capacity };
  };
}

function checkDone(outcome: Outcome): void {
  const refusals = outcome.filter((one) => one instanceof ServiceError);
  const [mismatch] = refusals.filter(({ code }) => code === TOKEN_MISMATCH);
  if (mismatch !== undefined) throw mismatch;
  if (refusals.length === 0) return;
  const reasons = outcome.map((one): CancellationReason => {
    if (!(one instanceof ServiceError)) return { Code: 'None' };
    const item = one.members['Item'] as NonNullable<CancellationReason['Item']> | undefined;
    return {
      Code: REASONS[one.code] ?? one.code,
      Message: one.message,
      ...(item !== undefined && { Item: item }),
    };
  });
  throw new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}
