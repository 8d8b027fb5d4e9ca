import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';
import { serviceException } from '../model/lambda-errors.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import { EnvironmentLifecycle } from './environment-state.ts';
import type { EnvironmentState } from './environment-state.ts';
import { initFailed, initTimedOut, timedOut } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import { Rest } from './idle-freezer.ts';
import { InvocationReporter } from './invocation-reporter.ts';
import { InvocationInHand } from './invocation-in-hand.ts';
import type { RunningInvocation } from './running-invocation.ts';
import type { ResponseStream, RuntimeEvents, RuntimeLink } from './runtime-link.ts';
import { RuntimeProcess } from './runtime-process.ts';
import type { InitLimit } from './runtime-process.ts';
import { ScratchCheck } from './scratch-check.ts';

/**
 * One execution environment: a sandbox, the runtime process and the extensions in it, its log stream, and the
 * invocations it runs, one at a time. Its states are those of environment-state.ts. Whatever a function does, the
 * environment ends up able to take the next invocation, or destroyed.
 */
export class ExecutionEnvironment implements RuntimeEvents {
  readonly #parts: EnvironmentParts<ExecutionEnvironment>;
  readonly #lifecycle = new EnvironmentLifecycle();
  readonly #process: RuntimeProcess;
  readonly #reporter: InvocationReporter;
  readonly #scratch: ScratchCheck;
  readonly #inHand: InvocationInHand;
  readonly #rest: Rest;
  #coldStartMs: number | undefined;
  #isAborting = false;
  #isGivenUp = false;
  /** The runtime is done with the last invocation; extensions may not be. */
  #runtimeWaits = false;
  #destroyed: Promise<void> | undefined;

  constructor(parts: EnvironmentParts<ExecutionEnvironment>) {
    this.#parts = parts;
    const { deadlines, log, version } = parts;
    this.#reporter = new InvocationReporter(parts, (tookMs) => parts.onAvailable(this, tookMs));
    this.#inHand = new InvocationInHand({
      reporter: this.#reporter,
      deadlines,
      timeoutMs: version.timeoutMs,
      onTimeout: () => this.#timeOut(),
      isOpen: () => this.#lifecycle.current === 'invoking' && !this.#isAborting,
    });
    this.#scratch = new ScratchCheck(parts);
    this.#rest = new Rest(parts.freezer, parts.sandbox);
    this.#process = new RuntimeProcess(parts, {
      events: this,
      printed: this.#reporter,
      onExtensionLog: (line) => log.extensionLine(line),
      onSubscribed: (facts) => log.subscription(facts),
      onRuntimeReady: () => log.runtimeReady(),
      onLost: (failure) => this.#onLost(failure),
      onExtensionsWaiting: () => this.#onExtensionsWaiting(),
    });
  }

  get state(): EnvironmentState {
    return this.#lifecycle.current;
  }

  /** The last result is out; the runtime has yet to ask for more, or its log to be completed. */
  get isFinishing(): boolean {
    return this.#inHand.isEmpty && this.#reporter.isFinishing;
  }

  /** It may not be used again, although it could: destroy it when it becomes available. */
  get isSpent(): boolean {
    return this.#isGivenUp || this.#scratch.overflows;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  /**
   * Initialises, within the limit for that. Afterwards it is idle, or reset when that failed: both can take an invocation.
   * Rejects only when the platform itself failed.
   */
  async start(): Promise<void> {
    this.#lifecycle.to('initializing');
    this.#parts.log.initStart(this.#parts.identity, 'init');
    const limitMs = this.#parts.initLimitMs;
    const failure = await this.#initialise('init', { limitMs, failure: initTimedOut() });
    if (failure !== undefined) await this.#process.extensionsEnded();
    if (this.#destroyed !== undefined) return;
    this.#lifecycle.to(failure === undefined ? 'idle' : 'reset');
    if (failure === undefined) this.#becomeInactive();
  }

  /** Runs one invocation. Fails only when the platform itself fails it. Call when available, not before. */
  invoke(invocation: Invocation, completion: Completion<InvocationResult>): void {
    const wasIdle = this.#lifecycle.current === 'idle';
    this.#lifecycle.to(wasIdle ? 'invoking' : 'reinitializing');
    this.#reporter.reportNow();
    const run = this.#inHand.begin(invocation, completion, this.#coldStartMs);
    this.#coldStartMs = undefined;
    const { identity, log } = this.#parts;
    if (!wasIdle) log.initStart(identity, 'invoke');
    log.start(invocation.requestId, invocation.traceId, invocation.wantsLogTail);
    if (wasIdle) this.#deliver(run);
    else void this.#reinitialise(run);
  }

  /** Ends everything and removes the sandbox. Invocations that still run are rejected. Idempotent. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy();
    return this.#destroyed;
  }

  onNext(link: RuntimeLink): boolean {
    if (this.#process.becomesReady(link)) return true;
    if (this.#process.link !== link || this.#isAborting) return false;
    if (this.#lifecycle.current === 'idle') return true;
    if (this.#lifecycle.current !== 'invoking' || !this.#inHand.isEmpty) return false;
    this.#reporter.runtimeWaits();
    if (this.#process.hasBusyExtensions) this.#runtimeWaits = true;
    else this.#becomeIdle(link);
    return true;
  }

  onResponse(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean {
    return this.#inHand.respond(requestId, payload, tooLarge);
  }

  onStream(requestId: string, contentType: string | undefined): ResponseStream | undefined {
    return this.#inHand.stream(requestId, contentType);
  }

  onError(requestId: string, payload: Uint8Array, declaredType: string | undefined): boolean {
    return this.#inHand.respondError(requestId, payload, declaredType);
  }

  onInitError(payload: Uint8Array, declaredType: string | undefined): boolean {
    return this.#process.reportInitError(initFailed(payload, declaredType));
  }

  onLog(message: string): void {
    this.#parts.log.event(message);
  }

  #deliver(run: RunningInvocation): void {
    this.#rest.end();
    this.#process.setActive(true);
    if (this.#process.hasExtensions) run.isHeld = !run.invocation.wantsLogTail;
    this.#process.deliver(run.invocation, run.deadlineMs);
  }

  /** The environment is free once runtime and extensions are done; its caller has long been answered. */
  #onExtensionsWaiting(): void {
    const { link } = this.#process;
    if (this.#runtimeWaits && link !== undefined && !this.#isAborting) this.#becomeIdle(link);
  }

  #becomeIdle(link: RuntimeLink): void {
    this.#runtimeWaits = false;
    this.#lifecycle.to('idle');
    this.#becomeInactive();
    this.#reporter.over(link.carriesLogs);
    this.#scratch.afterInvocation();
  }

  #becomeInactive(): void {
    this.#process.setActive(false);
    this.#rest.begin();
  }

  async #initialise(
    phase: 'init' | 'invoke',
    limit: InitLimit | undefined,
  ): Promise<FunctionFailure | undefined> {
    // As on AWS, whatever its share: a start would take a small function ten times as long. One that failed may fail again.
    this.#parts.sandbox.boost(true);
    if (phase === 'invoke') this.#parts.sandbox.standBack();
    const { durationMs, failure } = await this.#process.initialise(limit);
    if (this.#destroyed !== undefined) return failure;
    this.#parts.sandbox.boost(false);
    for (const extension of this.#process.extensionFacts) this.#parts.log.extension(extension);
    this.#parts.log.initDone(durationMs, failure);
    const isCold = phase === 'init' && this.#parts.isStartAwaited;
    if (isCold && failure === undefined) this.#coldStartMs = durationMs;
    return failure;
  }

  /** Init inside an invocation, under the function's timeout: the process was lost, or the first Init failed. */
  async #reinitialise(run: RunningInvocation): Promise<void> {
    try {
      const failure = await this.#initialise('invoke', undefined);
      if (this.#destroyed !== undefined) return;
      if (failure === undefined) {
        this.#lifecycle.to('invoking');
        this.#deliver(run);
        return;
      }
      this.#inHand.fail(failure);
      await this.#process.extensionsEnded();
    } catch (error) {
      if (this.#destroyed !== undefined) return;
      this.#inHand.abandon(error as Error);
    }
    if (this.#destroyed === undefined) this.#becomeReset();
  }

  #timeOut(): void {
    const failure = timedOut(this.#parts.version.timeoutMs);
    if (!this.#process.failInit(failure)) void this.#abort(failure);
  }

  /** The process, or an extension, ended without being told to. */
  #onLost(failure: FunctionFailure): void {
    if (this.#lifecycle.current !== 'idle') return void this.#abort(failure);
    this.#lifecycle.to('reset');
    this.#rest.end();
    if (this.#process.hasExtensions) void this.#process.end(failure);
    this.#parts.onIdleLost(this);
  }

  /** Ends the process; what runs in it fails. The environment keeps its /tmp and its log stream. */
  async #abort(failure: FunctionFailure): Promise<void> {
    if (this.#isAborting || this.#destroyed !== undefined) return;
    this.#isAborting = true;
    this.#runtimeWaits = false;
    await this.#process.end(failure);
    if (this.#destroyed !== undefined) return;
    this.#reporter.reportNow(failure);
    this.#inHand.fail(failure);
    if (this.#process.hasExtensions) await this.#process.extensionsEnded();
    this.#isAborting = false;
    if (this.#destroyed === undefined) this.#becomeReset();
  }

  #becomeReset(): void {
    this.#lifecycle.to('reset');
    this.#parts.onAvailable(this, undefined);
  }

  async #destroy(): Promise<void> {
    this.#reporter.reportNow();
    this.#inHand.abandon(serviceException('The execution environment was removed.'));
    this.#lifecycle.to('destroyed');
    this.#rest.end();
    await this.#process.close(initTimedOut());
    this.#parts.log.close();
    await this.#parts.sandbox.destroy();
  }
}
