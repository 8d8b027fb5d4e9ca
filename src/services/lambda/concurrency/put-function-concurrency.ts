import type { Concurrency, PutFunctionConcurrencyRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { reservationProblem } from '../../../model/concurrency-limits.ts';
import type { Store } from '../../../store/store.ts';
import { findFunction, type FunctionKey, functionNotFound } from '../functions/function-rows.ts';
import { findSettings, updateSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { refuseManaged } from '../managed-instances/managed-function.ts';
import { lockClaims, readClaims } from './claim-rows.ts';
import { overLimit, unqualifiedReference } from './concurrency-rules.ts';

export function putFunctionConcurrency(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionConcurrencyRequest, Concurrency> {
  return async (input, context) => {
    const key = unqualifiedReference(input.FunctionName, context);
    const found = await findFunction(deps.store.db, key);
    if (found !== undefined) refuseManaged(found.current, 'Reserved concurrency');
    const reserved = input.ReservedConcurrentExecutions ?? 0;
    await reserve(deps.store, deps.concurrentExecutions, key, reserved);
    return { ReservedConcurrentExecutions: reserved };
  };
}

/**
 * Throws 404 when there is no such function, and 400 for more than the account has left.
 * @param limit the account's
 */
export async function reserve(
  store: Store,
  limit: number,
  key: FunctionKey,
  reserved: number,
): Promise<void> {
  const missing = functionNotFound({ ...key, qualifier: '$LATEST' });
  await store.write(async (tx, announce) => {
    await lockClaims(tx, key);
    if ((await findSettings(tx, key)) === undefined) throw missing;
    const problem = reservationProblem(limit, await readClaims(tx, key), key.name, reserved);
    if (problem !== undefined) throw overLimit(problem);
    if (!(await updateSettings(tx, announce, key, { reserved_concurrency: reserved }))) throw missing;
  });
}
