import type { Outcome, RunningInvocation } from './running-invocation.ts';
import type { RuntimeDoneFacts, Span } from './system-lines.ts';

/** What there is to say about the runtime's part of an invocation, which ended with `outcome`. */
export function runtimeDoneFacts(run: RunningInvocation, outcome: Outcome): RuntimeDoneFacts {
  const { requestId, traceId } = run.invocation;
  return {
    requestId,
    traceId,
    durationMs: run.nextMs ?? run.resultMs,
    failure: outcome.failure ?? outcome.handlerFailure,
    producedBytes: run.producedBytes,
    spans: outcome.failure === undefined ? spansOf(run) : [],
  };
}

/** A buffered response comes as one, so that it takes no time of its own. */
function spansOf({ startedAtMs, responseBeganMs, resultMs, nextMs }: RunningInvocation): Span[] {
  const beganMs = responseBeganMs ?? resultMs;
  const spans: Span[] = [
    { name: 'responseLatency', startMs: startedAtMs, durationMs: beganMs },
    { name: 'responseDuration', startMs: startedAtMs + beganMs, durationMs: resultMs - beganMs },
  ];
  if (nextMs !== undefined) {
    const startMs = startedAtMs + resultMs;
    spans.push({ name: 'runtimeOverhead', startMs, durationMs: nextMs - resultMs });
  }
  return spans;
}

const NONE: readonly Span[] = [];

/** What there is to say about the time after the runtime was done. */
export function reportSpans({
  startedAtMs,
  durationMs,
  hasExtensions,
  nextMs,
}: RunningInvocation): readonly Span[] {
  if (!hasExtensions || nextMs === undefined) return NONE;
  const waitedMs = Math.max(0, durationMs - nextMs);
  return [{ name: 'extensionOverhead', startMs: startedAtMs + nextMs, durationMs: waitedMs }];
}
