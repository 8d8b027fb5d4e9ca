import { systemCall } from './system-call.ts';

const change = systemCall('int prlimit(int process, int resource, const uint64_t *limits, uint64_t *before)');

/** Numbers of setrlimit(2). */
const RESOURCES = { core: 4, pendingSignals: 11 } as const;
const OWN = 0;

type Resource = keyof typeof RESOURCES;

/**
 * Limits this process, and what it starts from now on, for good.
 * @throws Error with the failed call's `code`, where the limit was a lower one
 */
export function limitOwn(resource: Resource, most: bigint): void {
  change(OWN, RESOURCES[resource], BigUint64Array.of(most, most), null);
}

/** All that this process may have of it. */
export function ownLimit(resource: Resource): bigint {
  const before = new BigUint64Array(2);
  change(OWN, RESOURCES[resource], null, before);
  return before[1] ?? 0n;
}
