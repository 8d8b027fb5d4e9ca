import type { Invocation } from '../model/invocation.ts';
import type { SandboxExit } from '../sandbox/sandbox.ts';
import type { ProcessParts } from './environment-parts.ts';
import { EnvironmentExtensions } from './extensions-api/environment-extensions.ts';
import type { ExtensionFacts } from './extensions-api/extension.ts';
import type { ShutdownReason } from './extensions-api/extension-events.ts';
import { exited } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import { InitAttempt, type InitLimit, type InitResult } from './init-attempt.ts';
import type { OutputPace } from './output-pace.ts';
import type { RuntimeLauncher } from './runtime-launcher.ts';
import type { RestoreRequest, RuntimeLink } from './runtime-link.ts';
import type { RuntimeProcessHandlers } from './runtime-process-handlers.ts';
import { RuntimeSession } from './runtime-session.ts';

/** A runtime that reported an init error exits by itself; one that does not is helped along. */
const EXIT_AFTER_INIT_ERROR_MS = 500;

/** The runtime process of an environment, and its extensions: started, made ready, given events, ended; then started again. */
export class RuntimeProcess {
  readonly #launcher: RuntimeLauncher;
  readonly #pace: OutputPace;
  readonly #handlers: RuntimeProcessHandlers;
  readonly #extensions: EnvironmentExtensions;
  #session: RuntimeSession | undefined;
  #link: RuntimeLink | undefined;
  /** It has initialised, and asks for its first event only when it has been restored. */
  #waiting: RestoreRequest | undefined;
  #init: InitAttempt | undefined;
  #isEnding = false;
  #isClosed = false;

  constructor(parts: ProcessParts, handlers: RuntimeProcessHandlers) {
    this.#launcher = parts.launcher;
    this.#pace = parts.pace;
    this.#handlers = handlers;
    this.#extensions = new EnvironmentExtensions(parts, {
      onAllWaiting: () => this.#onExtensionsWaiting(),
      onFailed: (failure, isReported) => this.#onExtensionFailed(failure, isReported),
      onLog: (line) => handlers.onExtensionLog(line),
      onSubscribed: (facts) => handlers.onSubscribed(facts),
    });
  }

  /** The channel the runtime uses: the one by which it first asked for an event. */
  get link(): RuntimeLink | undefined {
    return this.#link;
  }

  /** There are extensions, of either kind. */
  get hasExtensions(): boolean {
    return this.#extensions.any;
  }

  /** An extension has yet to ask for its next event. */
  get hasBusyExtensions(): boolean {
    return this.#extensions.any && !this.#extensions.areAllWaiting;
  }

  get extensionFacts(): readonly ExtensionFacts[] {
    return this.#extensions.facts;
  }

  /** Starts the processes and waits until runtime and extensions ask for an event. Throws when the platform itself fails. */
  async initialise(limit: InitLimit | undefined): Promise<InitResult> {
    return await this.#attempt(limit, (attempt) => this.#launch(attempt));
  }

  /** Lets the runtime that waits for it run its after-restore hooks, and waits until it asks for an event. */
  async restore(limit: InitLimit): Promise<InitResult> {
    return await this.#attempt(limit, (attempt) => {
      // A runtime that has no such hooks may have asked for its event already.
      if (this.#waiting === undefined) attempt.succeed();
      else this.#waiting.release();
      this.#waiting = undefined;
    });
  }

  async #attempt(
    limit: InitLimit | undefined,
    begin: (attempt: InitAttempt) => Promise<void> | void,
  ): Promise<InitResult> {
    const attempt = new InitAttempt();
    this.#init = attempt;
    if (limit !== undefined) attempt.failAfter(limit.limitMs, limit.failure);
    try {
      await begin(attempt);
      const failure = await attempt.outcome;
      const durationMs = attempt.elapsedMs();
      this.#init = undefined;
      if (failure !== undefined) await this.end(failure);
      return { durationMs, failure };
    } finally {
      attempt.cancelTimer();
      this.#init = undefined;
    }
  }

  /** Ends the initialisation in progress. False when there is none. */
  failInit(failure: FunctionFailure): boolean {
    this.#init?.fail(failure);
    return this.#init !== undefined;
  }

  /** The runtime asks for an event. True when that ends the initialisation. */
  becomesReady(link: RuntimeLink): boolean {
    if (this.#init === undefined || this.#init.isReported) return false;
    this.#link ??= link;
    if (this.#link !== link) return false;
    this.#runtimeReady(this.#init);
    return true;
  }

  /** The runtime asks to be restored, which ends the initialisation. False when it is past that. */
  awaitsRestore(waiting: RestoreRequest): boolean {
    // One whose connection broke asks again.
    const asksAgain = this.#waiting !== undefined;
    const isPast = this.#init === undefined || this.#init.isReported || this.#link !== undefined;
    if (!asksAgain && isPast) return false;
    this.#waiting = waiting;
    if (this.#init !== undefined) this.#runtimeReady(this.#init);
    return true;
  }

  /** The runtime says its initialisation failed. False when it is past that. */
  reportInitError(read: () => FunctionFailure): boolean {
    if (this.#init === undefined) return false;
    const failure = read();
    this.#init.report(failure);
    this.#init.failAfter(EXIT_AFTER_INIT_ERROR_MS, failure);
    return true;
  }

  /** @param together others may follow in this turn of the event loop */
  deliver(invocation: Invocation, deadlineMs: number, together = false): void {
    if (this.#extensions.any) this.#extensions.invoke(invocation, deadlineMs);
    this.#link?.deliver(invocation, deadlineMs, together);
  }

  setActive(active: boolean): void {
    this.#session?.setActive(active);
    if (this.#extensions.any) this.#extensions.setActive(active);
  }

  /**
   * Kills the runtime and waits until it has ended and all it wrote was handled. The extensions are told why and end
   * behind it: `extensionsEnded`.
   */
  async end({ status }: Pick<FunctionFailure, 'status'>): Promise<void> {
    await this.#end(status === 'timeout' ? 'TIMEOUT' : 'FAILURE', undefined);
  }

  /** Resolves when the extensions have ended, which takes seconds at most. Call after `end`. */
  async extensionsEnded(): Promise<void> {
    await this.#extensions.ended;
  }

  /** For good: nothing starts any more. With extensions, the runtime too has a moment for its last work. */
  async close(failure: FunctionFailure): Promise<void> {
    this.#isClosed = true;
    this.#init?.fail(failure);
    await this.#end('SPINDOWN', this.#extensions.runtimeShutdownMs);
    await this.#extensions.ended;
    this.#launcher.close();
  }

  /** @param limitMs how long the runtime may take to end by itself; undefined: it is killed */
  async #end(reason: ShutdownReason, limitMs: number | undefined): Promise<void> {
    const session = this.#session;
    const hasExtensions = this.#extensions.any;
    if (session === undefined && !hasExtensions) return;
    const sinceMs = performance.now();
    this.#isEnding = true;
    if (hasExtensions) this.#extensions.beginEnd();
    if (limitMs === undefined) session?.kill();
    else {
      // Internal extensions end with the runtime.
      await this.#extensions.deliverTelemetry();
      await session?.terminate(limitMs);
    }
    await session?.ended;
    this.#isEnding = false;
    if (hasExtensions) this.#extensions.end(reason, sinceMs);
  }

  async #launch(attempt: InitAttempt): Promise<void> {
    const { events, printed } = this.#handlers;
    if (this.#extensions.any) await this.#endLeftovers();
    await this.#launcher.open(events, this.#extensions, this.#pace);
    if (attempt.isSettled) return;
    const registered = this.#extensions.start();
    if (this.#extensions.any) {
      await Promise.race([registered, attempt.outcome]);
      if (attempt.isSettled) return;
    }
    const launched = await this.#launcher.launch();
    if ('errorType' in launched) {
      attempt.fail(launched);
      return;
    }
    const session = new RuntimeSession(
      launched,
      this.#pace,
      printed,
      this.#launcher.writesRecords ? undefined : events,
    );
    this.#session = session;
    void session.ended.then((exit) => this.#onEnded(exit));
    if (this.#isClosed) session.kill();
  }

  #onEnded(exit: SandboxExit): void {
    this.#session = undefined;
    this.#link = undefined;
    this.#waiting = undefined;
    this.#launcher.reset();
    if (this.#init !== undefined) this.#init.fail(exited(exit));
    else if (!this.#isEnding) this.#handlers.onLost(exited(exit));
  }

  /** Of runtime and extensions one was lost while there was nothing to do; the others must not live on beside new ones. */
  async #endLeftovers(): Promise<void> {
    await this.#end('FAILURE', undefined);
    await this.#extensions.ended;
  }

  #onExtensionsWaiting(): void {
    if (this.#init === undefined) this.#handlers.onExtensionsWaiting();
    else if (this.#link !== undefined || this.#waiting !== undefined) this.#init.succeed();
  }

  #runtimeReady(init: InitAttempt): void {
    this.#handlers.onRuntimeReady();
    this.#extensions.closeRegistration();
    if (this.#extensions.areAllWaiting) init.succeed();
  }

  #onExtensionFailed(failure: FunctionFailure, isReported: boolean): void {
    if (this.#init === undefined) {
      if (!this.#isEnding) this.#handlers.onLost(failure);
    } else if (isReported) {
      this.#init.report(failure);
      this.#init.failAfter(EXIT_AFTER_INIT_ERROR_MS, failure);
    } else this.#init.fail(failure);
  }
}
