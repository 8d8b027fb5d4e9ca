import type { Invocation } from '../../model/invocation.ts';

/** Why the environment's processes are ended. */
export type ShutdownReason = 'SPINDOWN' | 'TIMEOUT' | 'FAILURE';

export function invokeEvent(invocation: Invocation, deadlineMs: number): string {
  const { requestId, invokedFunctionArn, traceId } = invocation;
  const tracing = { type: 'X-Amzn-Trace-Id', value: traceId };
  return JSON.stringify({ eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn, tracing });
}

/** @param deadlineMs when it is killed, milliseconds since the Unix epoch */
export function shutdownEvent(shutdownReason: ShutdownReason, deadlineMs: number): string {
  return JSON.stringify({ eventType: 'SHUTDOWN', shutdownReason, deadlineMs });
}
