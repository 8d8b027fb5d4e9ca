import type {
  PutProvisionedConcurrencyConfigRequest,
  PutProvisionedConcurrencyConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { provisioningProblem } from '../../../model/concurrency-limits.ts';
import type { StoredProvisionedConcurrency } from '../../../model/provisioned-concurrency.ts';
import type { Store } from '../../../store/store.ts';
import { holdFunction } from '../functions/function-rows.ts';
import { type QualifiedKey, writeQualifierRow } from '../functions/qualifier-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { lockClaims, readClaims } from './claim-rows.ts';
import { overLimit, provisionedReference, qualifierNotFound, UNPUBLISHED } from './concurrency-rules.ts';
import { provisionedConfiguration } from './provisioned-configuration.ts';
import { checkProvisionable, findProvisioned, holdQualifier } from './provisioned-rows.ts';

/** Stores what is wanted; the environments are brought up behind it. */
export function putProvisionedConcurrencyConfig(
  deps: LambdaDependencies,
): OperationHandler<PutProvisionedConcurrencyConfigRequest, PutProvisionedConcurrencyConfigResponse> {
  return async (input, context) => {
    const key = provisionedReference(input, context, UNPUBLISHED);
    const stored: StoredProvisionedConcurrency = {
      requested: input.ProvisionedConcurrentExecutions ?? 1,
      lastModifiedMs: deps.clock.now(),
    };
    await provision(deps.store, deps.concurrentExecutions, key, stored);
    return provisionedConfiguration(stored);
  };
}

/**
 * Throws 404 when there is no such version or alias, 409 when the other of the two is provisioned, and 400 for more
 * than the account or the function's reservation has left.
 * @param limit the account's
 */
export async function provision(
  store: Store,
  limit: number,
  key: QualifiedKey,
  stored: StoredProvisionedConcurrency,
): Promise<void> {
  await store.write(async (tx, announce) => {
    await lockClaims(tx, key);
    // Where an alias leads has to stay as it is, too.
    if (!(await holdFunction(tx, key)) || !(await holdQualifier(tx, key))) throw qualifierNotFound(key);
    const provisioned = await findProvisioned(tx, key);
    await checkProvisionable(tx, key, provisioned);
    const before = provisioned.get(key.qualifier)?.requested ?? 0;
    const claims = await readClaims(tx, key);
    const problem = provisioningProblem(limit, claims, key.name, before, stored.requested);
    if (problem !== undefined) throw overLimit(problem);
    await writeQualifierRow(tx, announce, 'lambda_provisioned_concurrency', key, stored);
  });
}
