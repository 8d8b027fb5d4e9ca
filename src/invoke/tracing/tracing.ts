import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import { lineageField } from '../../model/lineage.ts';
import type { TraceSink } from '../../model/trace-sink.ts';
import type { InvokeRequest } from '../function-invoker.ts';
import { newSegmentId, traceContext, writtenContext } from '../trace-id.ts';
import { FixedSampling } from './fixed-sampling.ts';
import { queuedSegmentId, TracedInvocation } from './traced-invocation.ts';

export interface BegunTrace {
  /** What the function runs under, without lineage. */
  readonly header: string;
  /** Undefined: it was not sampled. */
  readonly trace: TracedInvocation | undefined;
}

/** Traces invocations of functions whose TracingConfig is Active. */
export class Tracing {
  readonly #sink: TraceSink;
  readonly #clock: Clock;
  readonly #sampling = new WeakMap<FunctionVersion, FixedSampling>();

  constructor(sink: TraceSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  begin(version: FunctionVersion, request: InvokeRequest, nowMs: number): BegunTrace {
    const { requestId, attempt } = request;
    const { root, parent, isSampled = this.#decide(version, nowMs) } = traceContext(request.traceId, nowMs);
    if (!isSampled)
      return { header: writtenContext({ root, parent: newSegmentId(), isSampled }), trace: undefined };
    const own = { sink: this.#sink, clock: this.#clock, version, requestId, root, parent, attempt };
    const trace = new TracedInvocation(own);
    return { header: writtenContext({ root, parent: trace.segmentId, isSampled }), trace };
  }

  /**
   * The header of an event that is queued: decided now, for all its attempts.
   * @param eventId names the segment they are parts of
   */
  queued(version: FunctionVersion, callers: string | undefined, eventId: string, nowMs: number): string {
    const { root, parent, isSampled = this.#decide(version, nowMs) } = traceContext(callers, nowMs);
    const header = writtenContext({ root, parent: parent ?? queuedSegmentId(eventId), isSampled });
    return header + (callers === undefined ? '' : lineageField(callers));
  }

  #decide(version: FunctionVersion, nowMs: number): boolean {
    let sampling = this.#sampling.get(version);
    if (sampling === undefined) {
      sampling = new FixedSampling();
      this.#sampling.set(version, sampling);
    }
    return sampling.decide(nowMs);
  }
}
