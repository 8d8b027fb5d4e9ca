import type { Clock } from '../../model/clock.ts';
import { MinHeap } from '../../store/log-segments/min-heap.ts';
import type { AsyncLane } from './async-lane.ts';

interface Entry {
  readonly atMs: number;
  readonly lane: AsyncLane;
}

/** Which function's events are due next. Keeps one appointment with the clock, and none while nothing waits. */
export class AsyncAgenda {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #entries = new MinHeap<Entry>((a, b) => a.atMs - b.atMs);
  #cancel: () => void = () => undefined;
  #appointmentMs = Infinity;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** A lane stands in it once; an earlier time replaces a later one. */
  put(lane: AsyncLane, atMs: number): void {
    if (lane.agendaMs !== undefined && lane.agendaMs <= atMs) return;
    lane.agendaMs = atMs;
    this.#entries.push({ atMs, lane });
  }

  /** Takes out the lane that has been due longest. */
  takeDue(): AsyncLane | undefined {
    const nowMs = this.#clock.now();
    for (let entry = this.#entries.peek(); entry !== undefined; entry = this.#entries.peek()) {
      const isCurrent = entry.lane.agendaMs === entry.atMs;
      if (isCurrent && entry.atMs > nowMs) return undefined;
      this.#entries.pop();
      if (!isCurrent) continue;
      entry.lane.agendaMs = undefined;
      return entry.lane;
    }
    return undefined;
  }

  /** Sees to it that `onDue` is called when the first lane is due. */
  arm(): void {
    const nextMs = this.#entries.peek()?.atMs ?? Infinity;
    if (nextMs === this.#appointmentMs) return;
    this.disarm();
    if (nextMs === Infinity) return;
    this.#appointmentMs = nextMs;
    this.#cancel = this.#clock.schedule(nextMs - this.#clock.now(), () => {
      this.#appointmentMs = Infinity;
      this.#onDue();
    });
  }

  /** Nobody could take what is due. */
  disarm(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#appointmentMs = Infinity;
  }

  clear(): void {
    this.#entries = new MinHeap<Entry>((a, b) => a.atMs - b.atMs);
    this.disarm();
  }
}
