import type { Concurrency, PutFunctionConcurrencyRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { reservationProblem } from '../../../model/concurrency-limits.ts';
import { functionNotFound } from '../functions/function-rows.ts';
import { findSettings, updateSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { lockClaims, readClaims } from './claim-rows.ts';
import { overLimit, unqualifiedReference } from './concurrency-rules.ts';

export function putFunctionConcurrency(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionConcurrencyRequest, Concurrency> {
  return async (input, context) => {
    const key = unqualifiedReference(input.FunctionName, context);
    const reserved = input.ReservedConcurrentExecutions ?? 0;
    const missing = functionNotFound({ ...key, qualifier: '$LATEST' });
    await deps.store.write(async (tx, announce) => {
      await lockClaims(tx, key);
      if ((await findSettings(tx, key)) === undefined) throw missing;
      const claims = await readClaims(tx, key);
      const problem = reservationProblem(deps.concurrentExecutions, claims, key.name, reserved);
      if (problem !== undefined) throw overLimit(problem);
      if (!(await updateSettings(tx, announce, key, { reserved_concurrency: reserved }))) throw missing;
    });
    return { ReservedConcurrentExecutions: reserved };
  };
}
