import type { Invocation } from '../model/invocation.ts';
import type { SandboxExit } from '../sandbox/sandbox.ts';
import { exited, initFailed } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import { InitAttempt } from './init-attempt.ts';
import type { RuntimeLauncher } from './runtime-launcher.ts';
import type { RuntimeEvents, RuntimeLink } from './runtime-link.ts';
import { RuntimeSession } from './runtime-session.ts';

/** A runtime that reported an init error exits by itself; one that does not is helped along. */
const EXIT_AFTER_INIT_ERROR_MS = 500;

export interface InitLimit {
  readonly limitMs: number;
  readonly failure: FunctionFailure;
}

export interface InitResult {
  readonly durationMs: number;
  /** Undefined when the runtime is ready; otherwise its process has ended. */
  readonly failure: FunctionFailure | undefined;
}

export interface RuntimeProcessHandlers {
  readonly events: RuntimeEvents;
  readonly onOutput: (chunk: Buffer) => void;
  /** The process ended of itself after it had become ready. All it wrote has been handled. */
  readonly onLost: (exit: SandboxExit) => void;
}

/** The runtime process of an environment: started, made ready, given events, ended; then started again. */
export class RuntimeProcess {
  readonly #launcher: RuntimeLauncher;
  readonly #handlers: RuntimeProcessHandlers;
  #session: RuntimeSession | undefined;
  #link: RuntimeLink | undefined;
  #init: InitAttempt | undefined;
  #isEnding = false;
  #isClosed = false;

  constructor(launcher: RuntimeLauncher, handlers: RuntimeProcessHandlers) {
    this.#launcher = launcher;
    this.#handlers = handlers;
  }

  /** The channel the runtime uses: the one by which it first asked for an event. */
  get link(): RuntimeLink | undefined {
    return this.#link;
  }

  /** Starts the process and waits until the runtime asks for an event. Throws when the platform itself fails. */
  async initialise(limit: InitLimit | undefined): Promise<InitResult> {
    const attempt = new InitAttempt();
    this.#init = attempt;
    if (limit !== undefined) attempt.failAfter(limit.limitMs, limit.failure);
    try {
      await this.#launch(attempt);
      const failure = await attempt.outcome;
      const durationMs = attempt.elapsedMs();
      this.#init = undefined;
      if (failure !== undefined) await this.end();
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
    if (this.#init === undefined) return false;
    this.#link ??= link;
    if (this.#link !== link) return false;
    this.#init.succeed();
    return true;
  }

  /** The runtime says its initialisation failed. False when it is past that. */
  reportInitError(payload: Uint8Array): boolean {
    if (this.#init === undefined) return false;
    const failure = initFailed(payload);
    this.#init.report(failure);
    this.#init.failAfter(EXIT_AFTER_INIT_ERROR_MS, failure);
    return true;
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    this.#link?.deliver(invocation, deadlineMs);
  }

  setActive(active: boolean): void {
    this.#session?.setActive(active);
  }

  /** Kills the process and waits until it has ended and all it wrote was handled. */
  async end(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#isEnding = true;
    session.kill();
    await session.ended;
    this.#isEnding = false;
  }

  /** For good: nothing starts any more. */
  async close(failure: FunctionFailure): Promise<void> {
    this.#isClosed = true;
    this.#init?.fail(failure);
    await this.end();
    this.#launcher.close();
  }

  async #launch(attempt: InitAttempt): Promise<void> {
    const { events, onOutput } = this.#handlers;
    const launched = await this.#launcher.launch(events);
    if ('errorType' in launched) {
      attempt.fail(launched);
      return;
    }
    const session = new RuntimeSession(launched, events, onOutput);
    this.#session = session;
    void session.ended.then((exit) => this.#onEnded(exit));
    if (this.#isClosed) session.kill();
  }

  #onEnded(exit: SandboxExit): void {
    this.#session = undefined;
    this.#link = undefined;
    this.#launcher.reset();
    if (this.#init !== undefined) this.#init.fail(exited(exit));
    else if (!this.#isEnding) this.#handlers.onLost(exit);
  }
}
