import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';

/** An invocation that no environment is free for yet. */
export interface Waiter {
  readonly invocation: Invocation;
  readonly completion: Completion<InvocationResult>;
  /** On the machine's own monotonic clock. */
  readonly sinceMs: number;
}
