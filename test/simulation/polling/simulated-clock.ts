import { type Clock, MovableClock } from '../../../src/model/clock.ts';

/** A run of a function that may take some platform time. */
export interface SimulatedRun {
  /** It ends before. */
  readonly untilMs: number;
  /** Functions die with their platform. */
  readonly isAlive: () => boolean;
}

/** Event loop turns a run waits for everything else of its moment to end. */
const MOST_TURNS = 50;

/** Time that stands still until it is moved, by the world from moment to moment, and by functions while they run. */
export class SimulatedClock implements Clock {
  readonly #clock = new MovableClock();
  readonly #runs = new Set<SimulatedRun>();
  #working = 0;

  constructor() {
    this.#clock.freeze();
  }

  now(): number {
    return this.#clock.now();
  }

  schedule(delayMs: number, task: () => void | Promise<void>): () => void {
    return this.#clock.schedule(delayMs, task);
  }

  during(work: Promise<unknown>): void {
    this.#clock.during(work);
    this.#working += 1;
    const done = (): void => void (this.#working -= 1);
    work.then(done, done);
  }

  async pass(byMs: number): Promise<void> {
    await this.#clock.pass(byMs);
  }

  /** At one stroke: what would have happened many times happens once. */
  leap(byMs: number): void {
    this.#clock.advance(byMs);
  }

  /** @param mostMs of platform time that it takes */
  begin(mostMs: number, isAlive: () => boolean): SimulatedRun {
    const run = { untilMs: this.now() + mostMs, isAlive };
    this.#runs.add(run);
    return run;
  }

  end(run: SimulatedRun): void {
    this.#runs.delete(run);
  }

  /**
   * Lets so much time go by while functions run, as far as all of them are given it, and not while anything else is being
   * done: writes and reads take no time.
   */
  async useUp(byMs: number): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const running = [...this.#runs].filter((run) => run.isAlive());
      if (this.#working > running.length) continue;
      const leftMs = Math.min(...running.map(({ untilMs }) => untilMs)) - this.now();
      this.#clock.advance(Math.max(0, Math.min(byMs, leftMs)));
      return;
    }
  }
}
