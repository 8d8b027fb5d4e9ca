import type { Clock } from '../../src/model/clock.ts';

/** A clock that stands still until it is moved, so that a history means the same however long it takes. */
export class SteadyClock implements Clock {
  #nowMs = 1_800_000_000_000;
  readonly #appointments = new Set<{ readonly atMs: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const appointment = { atMs: this.#nowMs + Math.max(0, delayMs), task };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Moves time forward and runs, in order, everything that has become due. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = [...this.#appointments].filter(({ atMs }) => atMs <= this.#nowMs);
    due.sort((a, b) => a.atMs - b.atMs);
    for (const appointment of due) {
      if (this.#appointments.delete(appointment)) appointment.task();
    }
  }
}
