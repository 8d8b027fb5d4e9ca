import type { StoredTarget } from '../rules/stored-rule.ts';

export const SENDER = 'events';

/** An event for a target, as it waits on disk. */
export interface TargetDelivery {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** The rule's. */
  readonly accountId: string;
  readonly target: StoredTarget;
  /** JSON text */
  readonly event: string;
  readonly hops: number;
  /** Absent: it begins a trace of its own. */
  readonly traceHeader?: string;
}
