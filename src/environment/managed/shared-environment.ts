import type { Invocation, InvocationResult } from '../../model/invocation.ts';
import { environmentRemoved } from '../../model/lambda-errors.ts';
import type { EnvironmentParts } from '../environment-parts.ts';
import type { EnvironmentState } from '../environment-state.ts';
import { initFailed, initTimedOut, timedOut } from '../function-failure.ts';
import type { FunctionFailure } from '../function-failure.ts';
import { InvocationInHand } from '../invocation-in-hand.ts';
import type { OutcomeRefusal, ResponseStream, RuntimeEvents, RuntimeLink } from '../runtime-link.ts';
import { RuntimeProcess } from '../runtime-process.ts';
import { SharedReporter } from './shared-reporter.ts';

/**
 * An execution environment of a managed instance: one process that has several invocations in hand at once, told apart
 * by their request ids, and is never frozen. It lives once: when its process ends, or an invocation runs out of time and
 * cannot be stopped by itself, it takes no more and goes when the last one is done.
 */
export class SharedEnvironment implements RuntimeEvents {
  readonly #parts: EnvironmentParts<SharedEnvironment>;
  readonly #process: RuntimeProcess;
  readonly #reporter: SharedReporter;
  readonly #inHand = new Map<string, InvocationInHand>();
  readonly #most: number;
  /** Those whose time is over: their handlers may still run. Fewer than it takes at once, as it takes no more after the first. */
  readonly #timedOut = new Set<string>();
  #state: 'created' | 'initializing' | 'open' | 'draining' | 'destroyed' = 'created';
  #destroyed: Promise<void> | undefined;

  /** @param most invocations it takes at once */
  constructor(parts: EnvironmentParts<SharedEnvironment>, most: number) {
    this.#parts = parts;
    this.#most = most;
    this.#reporter = new SharedReporter(parts);
    const { log } = parts;
    this.#process = new RuntimeProcess(parts, {
      events: this,
      printed: log,
      onExtensionLog: (line) => log.extensionLine(line),
      onSubscribed: (facts) => log.subscription(facts),
      onRuntimeReady: () => log.runtimeReady(),
      onLost: (failure) => this.#onLost(failure),
      onExtensionsWaiting: () => undefined,
    });
  }

  /** In the words that other environments have. */
  get state(): EnvironmentState {
    if (this.#state === 'open' || this.#state === 'draining')
      return this.#inHand.size > 0 ? 'invoking' : 'idle';
    return this.#state;
  }

  get running(): number {
    return this.#inHand.size;
  }

  /** It can take one more. */
  get hasRoom(): boolean {
    return this.#state === 'open' && this.#inHand.size < this.#most;
  }

  /** It takes no more, and has nothing left to do. */
  get isSpent(): boolean {
    return this.#state !== 'open' && this.#inHand.size === 0;
  }

  /** Initialises. Returns why that failed; rejects when the platform itself did. */
  async start(): Promise<FunctionFailure | undefined> {
    const { log, identity, sandbox, initLimitMs } = this.#parts;
    this.#state = 'initializing';
    log.initStart(identity, 'init');
    sandbox.boost(true);
    const { durationMs, failure } = await this.#process.initialise({
      limitMs: initLimitMs,
      failure: initTimedOut(),
    });
    if (this.#destroyed !== undefined) return failure ?? initTimedOut();
    sandbox.boost(false);
    for (const extension of this.#process.extensionFacts) log.extension(extension);
    log.initDone(durationMs, 'init', failure);
    if (failure === undefined) {
      this.#state = 'open';
      this.#process.setActive(true);
    }
    return failure;
  }

  /** Call only while there is room. Rejects only when the platform itself fails it. */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    const { requestId, traceId } = invocation;
    const { deadlines, version, log } = this.#parts;
    const slot = new InvocationInHand({
      reporter: this.#reporter,
      deadlines,
      timeoutMs: version.timeoutMs,
      onTimeout: () => this.#timeOut(requestId, slot),
      isOpen: () => this.#state === 'open' || this.#state === 'draining',
    });
    return new Promise((succeed, fail) => {
      const run = slot.begin(invocation, { succeed, fail }, undefined);
      this.#inHand.set(requestId, slot);
      log.start(requestId, traceId, invocation.wantsLogTail);
      this.#process.link?.deliver(invocation, run.deadlineMs);
    });
  }

  /** Takes no more; what runs goes on. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining';
  }

  /** Ends everything and removes the sandbox. Invocations that still run are rejected. Idempotent. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy();
    return this.#destroyed;
  }

  onNext(link: RuntimeLink): boolean {
    if (this.#process.becomesReady(link)) return true;
    return this.#process.link === link && this.#state !== 'destroyed';
  }

  onResponse(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean {
    const isKnown = this.#inHand.get(requestId)?.respond(requestId, payload, tooLarge) === true;
    if (isKnown) this.#onDone(requestId);
    return isKnown;
  }

  onStream(requestId: string, contentType: string | undefined): ResponseStream | undefined {
    const stream = this.#inHand.get(requestId)?.stream(requestId, contentType);
    return stream && endingWith(stream, () => this.#onDone(requestId));
  }

  onError(requestId: string, payload: Uint8Array, declaredType?: string, cause?: string): boolean {
    const slot = this.#inHand.get(requestId);
    const isKnown = slot?.respondError(requestId, payload, declaredType, cause) === true;
    if (isKnown) this.#onDone(requestId);
    return isKnown;
  }

  refusalOf(requestId: string): OutcomeRefusal | undefined {
    return this.#timedOut.has(requestId) ? 'timed-out' : undefined;
  }

  onInitError(payload: Uint8Array, declaredType: string | undefined): boolean {
    return this.#process.reportInitError(() => initFailed(payload, declaredType));
  }

  /** Managed instances have no SnapStart. */
  onRestoreNext(): boolean {
    return false;
  }

  onRestoreError(): boolean {
    return false;
  }

  onLog(message: string): void {
    this.#parts.log.event(message);
  }

  #onDone(requestId: string): void {
    this.#inHand.delete(requestId);
    this.#parts.onAvailable(this, undefined);
  }

  /** A handler cannot be stopped without those beside it. */
  #timeOut(requestId: string, slot: InvocationInHand): void {
    this.drain();
    this.#timedOut.add(requestId);
    slot.fail(timedOut(this.#parts.version.timeoutMs));
    this.#onDone(requestId);
  }

  #onLost(failure: FunctionFailure): void {
    this.#state = 'draining';
    const wasIdle = this.#inHand.size === 0;
    for (const slot of this.#inHand.values()) slot.fail(failure);
    this.#inHand.clear();
    if (wasIdle) this.#parts.onIdleLost(this);
    else this.#parts.onAvailable(this, undefined);
  }

  async #destroy(): Promise<void> {
    this.#state = 'destroyed';
    for (const slot of this.#inHand.values()) {
      slot.abandon(environmentRemoved());
    }
    this.#inHand.clear();
    await this.#process.close(initTimedOut());
    this.#parts.log.close();
    await this.#parts.sandbox.destroy();
  }
}

/** Calls back when the response has ended, in whichever way. */
function endingWith(stream: ResponseStream, onEnded: () => void): ResponseStream {
  return {
    write: (bytes) => stream.write(bytes),
    whenReady: (resume) => stream.whenReady(resume),
    end: () => {
      const receipt = stream.end();
      onEnded();
      return receipt;
    },
    fail: (payload, declaredType) => {
      const receipt = stream.fail(payload, declaredType);
      onEnded();
      return receipt;
    },
    truncate: () => {
      stream.truncate();
      onEnded();
    },
  };
}
