/** How an environment came to be: because an invocation needed one, or to be there before any does. */
export type InitializationType =
  | 'on-demand'
  | 'provisioned-concurrency'
  | 'snap-start'
  | 'lambda-managed-instances';

const ON_DEMAND_LIMIT_MS = 10_000;
const PROVISIONED_LIMIT_MS = 130_000;

/** How long Lambda lets an environment initialise. */
export function initLimitMs(type: InitializationType, functionTimeoutMs: number): number {
  return type === 'on-demand' ? ON_DEMAND_LIMIT_MS : Math.max(PROVISIONED_LIMIT_MS, functionTimeoutMs);
}
