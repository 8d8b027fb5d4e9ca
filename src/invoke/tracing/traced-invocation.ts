import { createHash } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { Completion } from '../../model/invocation.ts';
import type { FunctionRun, InvocationTrace } from '../../model/invocation-trace.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { TraceSink } from '../../model/trace-sink.ts';
import type { InvokeAnswer, QueuedAttempt } from '../function-invoker.ts';
import { newSegmentId } from '../trace-id.ts';
import { causeOfPayload, describedCause, type ErrorCause } from './error-cause.ts';
import {
  functionSegment,
  servicePart,
  serviceSegment,
  type ServiceOutcome,
  type TracedFunction,
} from './lambda-segments.ts';

export interface TracedParts {
  readonly sink: TraceSink;
  readonly clock: Clock;
  readonly version: FunctionVersion;
  readonly requestId: string;
  readonly root: string;
  /** The caller's segment. */
  readonly parent: string | undefined;
  /** Of an event that was queued. */
  readonly attempt: QueuedAttempt | undefined;
}

/**
 * One sampled invocation, and what is sent of it: the service's segment when it has answered, the function's when the
 * environment is done as well, which may be later.
 */
export class TracedInvocation implements InvocationTrace {
  readonly root: string;
  readonly segmentId = newSegmentId();
  readonly #parts: TracedParts;
  readonly #function: TracedFunction;
  readonly #startedAtMs: number;
  /** Of platform time before the machine's. */
  readonly #aheadMs: number;
  readonly #serviceId: string;
  readonly #attemptId: string | undefined;
  #run: FunctionRun | undefined;
  #answer: { readonly cause: ErrorCause | undefined } | undefined;

  constructor(parts: TracedParts) {
    const { version, requestId, root, clock, attempt } = parts;
    const { name, accountId, functionArn } = version;
    this.#parts = parts;
    this.root = root;
    this.#function = { root, name, accountId, functionArn, requestId };
    this.#startedAtMs = clock.now();
    this.#aheadMs = this.#startedAtMs - Date.now();
    this.#serviceId = attempt === undefined ? newSegmentId() : queuedSegmentId(attempt.eventId);
    this.#attemptId = attempt && queuedSegmentId(`${attempt.eventId} ${attempt.number}`);
  }

  /** Whom it tells, it tells afterwards. */
  following(completion: Completion<InvokeAnswer>): Completion<InvokeAnswer> {
    return {
      succeed: (answer) => {
        this.#answered(answer);
        completion.succeed(answer);
      },
      fail: (error) => {
        this.failed(error);
        completion.fail(error);
      },
    };
  }

  ran(run: FunctionRun): void {
    this.#run = { ...run, startedAtMs: run.startedAtMs + this.#aheadMs };
    this.#sendFunction();
  }

  /** It did not run, or the platform lost it. An event that was queued is tried again without a trace of that. */
  failed(error: unknown): void {
    if (this.#attemptId !== undefined) return;
    const status = error instanceof ServiceError ? error.status : 500;
    this.#sendService({ status, isFault: false });
  }

  #answered({ functionError, payload }: InvokeAnswer): void {
    const cause = functionError === undefined ? undefined : causeOfPayload(payload, newSegmentId);
    this.#answer = { cause };
    this.#sendService({ status: 200, isFault: cause !== undefined });
    this.#sendFunction();
  }

  #sendService(outcome: ServiceOutcome): void {
    const { attempt, parent: callers } = this.#parts;
    const id = this.#serviceId;
    const period = { startMs: this.#startedAtMs, endMs: Math.max(this.#startedAtMs, this.#nowMs()) };
    if (attempt === undefined) {
      this.#send([serviceSegment(this.#function, { id, parent: callers }, period, outcome)]);
      return;
    }
    const { acceptedAtMs, number, eventId } = attempt;
    const parent = callers === id ? undefined : callers;
    const whole = { startMs: acceptedAtMs, endMs: period.endMs };
    const documents = [
      // Once more with each attempt: it lasts as long as they do.
      serviceSegment(this.#function, { id, parent }, whole, outcome),
      servicePart(
        this.#function,
        `Attempt #${number}`,
        { id: this.#attemptId ?? id, parent: id },
        period,
        outcome,
      ),
    ];
    if (number === 1) {
      const dwell = { startMs: acceptedAtMs, endMs: this.#startedAtMs };
      const place = { id: queuedSegmentId(`${eventId} dwell`), parent: id };
      documents.push(servicePart(this.#function, 'Dwell Time', place, dwell));
    }
    this.#send(documents);
  }

  #sendFunction(): void {
    const run = this.#run;
    if (run === undefined || this.#answer === undefined) return;
    const { cause } = this.#answer;
    const shown = cause && (describedCause(run.errorCause, newSegmentId) ?? cause);
    const place = { id: this.segmentId, parent: this.#attemptId ?? this.#serviceId };
    this.#send([functionSegment(this.#function, place, run, shown, newSegmentId)]);
  }

  #nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  #send(documents: readonly string[]): void {
    const { sink, version } = this.#parts;
    const { accountId, region, role, functionArn } = version;
    sink.put({ accountId, region, role, functionArn, isLambdas: true, documents });
  }
}

/** The same at every attempt, also after a restart. */
export function queuedSegmentId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}
