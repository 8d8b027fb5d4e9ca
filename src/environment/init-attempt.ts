import type { FunctionFailure } from './function-failure.ts';

export interface InitLimit {
  readonly limitMs: number;
  readonly failure: FunctionFailure;
}

export interface InitResult {
  readonly durationMs: number;
  /** Undefined when the runtime is ready; otherwise its process has ended. */
  readonly failure: FunctionFailure | undefined;
}

/** One try at initialising: settles with the first of the runtime's "next", an exit, a timeout. */
export class InitAttempt {
  /** Undefined when the runtime is ready. */
  readonly outcome: Promise<FunctionFailure | undefined>;
  readonly #startedAt = performance.now();
  readonly #settle: (failure: FunctionFailure | undefined) => void;
  #isSettled = false;
  #reported: FunctionFailure | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<FunctionFailure | undefined>();
    this.outcome = promise;
    this.#settle = resolve;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The runtime, or an extension, has said that it failed. */
  get isReported(): boolean {
    return this.#reported !== undefined;
  }

  elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  succeed(): void {
    this.cancelTimer();
    this.#isSettled = true;
    this.#settle(undefined);
  }

  fail(failure: FunctionFailure): void {
    this.cancelTimer();
    this.#isSettled = true;
    this.#settle(this.#reported ?? failure);
  }

  failAfter(limitMs: number, failure: FunctionFailure): void {
    this.cancelTimer();
    this.#timer = setTimeout(() => this.fail(failure), limitMs);
  }

  /** What the runtime says went wrong counts for more than how its process then exits. */
  report(failure: FunctionFailure): void {
    this.#reported ??= failure;
  }

  cancelTimer(): void {
    clearTimeout(this.#timer);
  }
}
