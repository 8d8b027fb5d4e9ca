import type { Config } from '../config.ts';
import type { ProvisionedConcurrency } from '../invoke/concurrency/provisioned-concurrency.ts';
import type { Clock } from '../model/clock.ts';
import type { ScalableCapacity } from '../services/application-autoscaling/autoscaling-dependencies.ts';
import { provision } from '../services/lambda/concurrency/put-provisioned-concurrency-config.ts';
import { findProvisioned, qualifierExists } from '../services/lambda/concurrency/provisioned-rows.ts';
import { deleteQualifierRow, qualifiedArn } from '../services/lambda/functions/qualifier-rows.ts';
import type { Store } from '../store/store.ts';

/** Lets Application Auto Scaling at the provisioned concurrency of Lambda, by the same rules as the API. */
export function scalableCapacity(
  { store, clock, config }: { readonly store: Store; readonly clock: Clock; readonly config: Config },
  provisioned: ProvisionedConcurrency,
): ScalableCapacity {
  return {
    exists: async (resource) => await qualifierExists(store.db, resource),
    current: async (resource) =>
      (await findProvisioned(store.db, resource)).get(resource.qualifier)?.requested ?? 0,
    status: (resource) => provisioned.status(qualifiedArn(resource)),
    takeUtilization: (resource) => provisioned.takeUtilization(qualifiedArn(resource)),
    set: async (resource, requested) => {
      if (requested > 0) {
        await provision(store, config.concurrency, resource, { requested, lastModifiedMs: clock.now() });
        return;
      }
      await store.write(async (tx, announce) => {
        await deleteQualifierRow(tx, announce, 'lambda_provisioned_concurrency', resource);
      });
    },
  };
}
