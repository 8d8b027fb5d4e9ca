import type { Completion, Invocation, InvocationResult } from '../model/invocation.ts';
import { environmentRemoved } from '../model/lambda-errors.ts';
import { EventsAhead } from './ahead/events-ahead.ts';
import { EnvironmentEvents } from './environment-events.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import { EnvironmentLifecycle, type EnvironmentState } from './environment-state.ts';
import { type FunctionFailure, initTimedOut, timedOut } from './function-failure.ts';
import { Rest } from './idle-freezer.ts';
import { InvocationReporter } from './invocation-reporter.ts';
import { InvocationInHand } from './invocation-in-hand.ts';
import type { RunningInvocation, StartupDurations } from './running-invocation.ts';
import type { RuntimeLink } from './runtime-link.ts';
import { RuntimeProcess } from './runtime-process.ts';
import { ScratchCheck } from './scratch-check.ts';
import { StartupPhases } from './startup-phases.ts';

/**
 * One execution environment: a sandbox, runtime and extensions in it, its log stream, and the invocations it runs, one at a time.
 * Its states are those of environment-state.ts. Whatever a function does, it ends up able to take another, or destroyed.
 */
export class ExecutionEnvironment {
  readonly #parts: EnvironmentParts<ExecutionEnvironment>;
  readonly #lifecycle = new EnvironmentLifecycle();
  readonly #process: RuntimeProcess;
  readonly #reporter: InvocationReporter;
  readonly #scratch: ScratchCheck;
  readonly #inHand: InvocationInHand;
  readonly #rest: Rest;
  readonly #phases: StartupPhases;
  /** What its runtime was sent before it has asked for it. */
  readonly ahead: EventsAhead;
  #startup: StartupDurations | undefined;
  #isAborting = false;
  #isGivenUp = false;
  /** The runtime is done with the last invocation; extensions may not be. */
  #runtimeWaits = false;
  #destroyed: Promise<void> | undefined;

  constructor(parts: EnvironmentParts<ExecutionEnvironment>) {
    this.#parts = parts;
    this.#reporter = new InvocationReporter(parts, (tookMs) => parts.onAvailable(this, tookMs));
    this.#inHand = new InvocationInHand({
      reporter: this.#reporter,
      deadlines: parts.deadlines,
      timeoutMs: parts.version.timeoutMs,
      onTimeout: () => this.#timeOut(),
      isOpen: () => this.#lifecycle.current === 'invoking' && !this.#isAborting,
    });
    this.#scratch = new ScratchCheck(parts);
    this.#rest = new Rest(parts.freezer, parts.sandbox);
    this.#process = new RuntimeProcess(parts, {
      events: new EnvironmentEvents({
        ...parts,
        lifecycle: this.#lifecycle,
        inHand: this.#inHand,
        process: () => this.#process,
        onNext: (link) => this.#onNext(link),
      }),
      printed: this.#reporter,
      onExtensionLog: (line) => parts.log.extensionLine(line),
      onSubscribed: (facts) => parts.log.subscription(facts),
      onRuntimeReady: () => parts.log.runtimeReady(),
      onLost: (failure) => this.#onLost(failure),
      onExtensionsWaiting: () => this.#onExtensionsWaiting(),
    });
    this.ahead = new EventsAhead(parts, this.#process, this.#inHand, this.#reporter, () => this.isSpent);
    this.#phases = new StartupPhases(parts, this.#process, () => this.#destroyed !== undefined);
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
   * With SnapStart it waits to be restored. Returns why it failed; rejects only when the platform itself did.
   */
  async start(): Promise<FunctionFailure | undefined> {
    this.#lifecycle.to('initializing');
    const { durationMs, failure } = await this.#phases.init();
    if (this.#destroyed !== undefined) return failure ?? initTimedOut();
    if (failure !== undefined) {
      this.#lifecycle.to('reset');
      return failure;
    }
    if (this.#parts.isStartAwaited) this.#startup = { initDurationMs: durationMs };
    this.#lifecycle.to(this.#parts.version.snapStart === true ? 'waiting' : 'idle');
    this.#setActive(false);
    return undefined;
  }

  /** From waiting to idle. Rejects with what the caller is told where after-restore hooks fail; it is of no use then. */
  async restore(): Promise<void> {
    this.#lifecycle.to('restoring');
    this.#setActive(true);
    const { durationMs, error } = await this.#phases.restore();
    if (this.#destroyed !== undefined) throw environmentRemoved();
    if (error !== undefined) {
      this.#lifecycle.to('reset');
      throw error;
    }
    this.#startup = { restoreDurationMs: durationMs };
    this.#lifecycle.to('idle');
    this.#setActive(false);
  }

  /** Runs one invocation. Fails only when the platform itself fails it. Call when available, not before. */
  invoke(invocation: Invocation, completion: Completion<InvocationResult>, together: boolean): void {
    this.ahead.reopen();
    const wasIdle = this.#lifecycle.current === 'idle';
    this.#lifecycle.to(wasIdle ? 'invoking' : 'reinitializing');
    this.#reporter.reportNow();
    const run = this.#inHand.begin(invocation, completion, this.#startup);
    this.#startup = undefined;
    const { identity, log } = this.#parts;
    if (!wasIdle) log.initStart(identity, 'invoke');
    log.start(invocation.requestId, invocation.traceId, invocation.wantsLogTail);
    if (wasIdle) this.#deliver(run, together);
    else void this.#reinitialise(run);
  }

  /** Ends everything and removes the sandbox. Invocations that still run are rejected. Idempotent. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy();
    return this.#destroyed;
  }

  #onNext(link: RuntimeLink): boolean {
    if (this.#process.becomesReady(link)) return true;
    if (this.#process.link !== link || this.#isAborting) return false;
    if (this.#lifecycle.current === 'idle') return true;
    if (this.#lifecycle.current !== 'invoking' || !this.#inHand.isEmpty) return false;
    if (this.#process.hasBusyExtensions) {
      this.#runtimeWaits = true;
      this.#reporter.runtimeWaits();
    } else this.#becomeIdle(link);
    return true;
  }

  #deliver(run: RunningInvocation, together: boolean): void {
    this.#setActive(true);
    run.hasExtensions = this.#process.hasExtensions;
    this.#process.deliver(run.invocation, run.deadlineMs, together);
  }

  /** The environment is free once runtime and extensions are done; its caller has long been answered. */
  #onExtensionsWaiting(): void {
    const { link } = this.#process;
    if (this.#runtimeWaits && link !== undefined && !this.#isAborting) this.#becomeIdle(link);
  }

  #becomeIdle(link: RuntimeLink): void {
    this.#runtimeWaits = false;
    this.#lifecycle.to('idle');
    this.#setActive(false);
    this.#reporter.over(link.carriesLogs, this.ahead.count > 0);
    this.#scratch.afterInvocation();
  }

  #setActive(active: boolean): void {
    if (active) this.#rest.end();
    this.#process.setActive(active);
    if (!active) this.#rest.begin();
  }

  /** Init inside an invocation, under the function's timeout: the process was lost, or the first Init failed. */
  async #reinitialise(run: RunningInvocation): Promise<void> {
    try {
      const { failure } = await this.#phases.initAgain();
      if (this.#destroyed !== undefined) return;
      if (failure === undefined) {
        this.#lifecycle.to('invoking');
        this.#deliver(run, false);
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
    const { current } = this.#lifecycle;
    if (current !== 'idle' && current !== 'waiting') return void this.#abort(failure);
    this.#reset();
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
    this.#reset();
    this.#parts.onAvailable(this, undefined);
  }

  /** With SnapStart, another is restored in its place. */
  #reset(): void {
    this.#lifecycle.to('reset');
    if (this.#parts.version.snapStart === true) this.giveUp();
  }

  async #destroy(): Promise<void> {
    this.#reporter.reportNow();
    this.#inHand.abandon(environmentRemoved());
    this.ahead.abandon(environmentRemoved());
    this.#lifecycle.to('destroyed');
    this.#rest.end();
    await this.#process.close(initTimedOut());
    this.#parts.log.close();
    await this.#parts.sandbox.destroy();
  }
}
