import type { DeleteFunctionConcurrencyRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { updateSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { lockClaims } from './claim-rows.ts';
import { unqualifiedReference } from './concurrency-rules.ts';

/** The function goes back to sharing; its provisioned concurrency, which fitted into the reservation, stays. */
export function deleteFunctionConcurrency(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionConcurrencyRequest, Record<string, never>> {
  return async (input, context) => {
    const key = unqualifiedReference(input.FunctionName, context);
    await deps.store.write(async (tx, announce) => {
      // Provisioned concurrency is checked against the reservation: nobody may be in the middle of that.
      await lockClaims(tx, key);
      const found = await updateSettings(tx, announce, key, { reserved_concurrency: null });
      if (!found) throw functionNotFound({ ...key, qualifier: '$LATEST' });
    });
    return {};
  };
}
