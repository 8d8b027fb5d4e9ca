/** Something that must be over by a moment of `performance.now()`. */
export interface Deadline {
  readonly atMs: number;
  readonly onPassed: () => void;
  /** Where `Deadlines` has it; theirs to set. */
  slot?: number;
}

/**
 * Real-time deadlines of everything that runs. One timer for all of them, armed for the earliest and left alone when
 * that one is met: a timer of its own for each invocation costs 10 µs, this 0.2.
 *
 * A plain array. A Set that is added to and deleted from copies itself again and again; its old copies, once they have
 * become old to the garbage collector, would keep everything alive that was under way with them.
 */
export class Deadlines {
  readonly #pending: Deadline[] = [];
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  add(deadline: Deadline): void {
    deadline.slot = this.#pending.length;
    this.#pending.push(deadline);
    if (deadline.atMs < this.#armedForMs) this.#arm(deadline.atMs);
  }

  remove(deadline: Deadline): void {
    const { slot } = deadline;
    if (slot === undefined || this.#pending[slot] !== deadline) return;
    const last = this.#pending.pop();
    if (last === undefined || last === deadline) return;
    last.slot = slot;
    this.#pending[slot] = last;
  }

  #arm(atMs: number): void {
    clearTimeout(this.#timer);
    this.#armedForMs = atMs;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(atMs - performance.now())));
    // What runs keeps the process alive by its sockets; met deadlines must not.
    this.#timer.unref();
  }

  /** An answer that was written in time may not have been read yet: the platform itself was kept from it, maybe for long. */
  #fire(): void {
    const now = performance.now();
    setImmediate(() => this.#pass(now));
  }

  #pass(now: number): void {
    this.#armedForMs = Number.POSITIVE_INFINITY;
    const passed = this.#pending.filter(({ atMs }) => atMs <= now);
    for (const deadline of passed) this.remove(deadline);
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#pending) earliestMs = Math.min(earliestMs, atMs);
    if (earliestMs < this.#armedForMs) this.#arm(earliestMs);
    for (const { onPassed } of passed) onPassed();
  }
}
