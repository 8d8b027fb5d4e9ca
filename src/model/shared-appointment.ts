import type { Clock } from './clock.ts';

/**
 * One appointment with the clock for any number of things that become due by platform time, each at its own: whoever
 * looks after them is called when the first of them may be due, and says when the next one is.
 */
export class SharedAppointment {
  readonly #clock: Clock;
  readonly #keep: (nowMs: number) => number | undefined;
  #cancel: (() => void) | undefined;

  /** @param keep does what is due now; returns the platform time of what is due next, undefined when there is nothing */
  constructor(clock: Clock, keep: (nowMs: number) => number | undefined) {
    this.#clock = clock;
    this.#keep = keep;
  }

  /** One more becomes due after this long. An appointment that stands is kept: it is to be no later, or soon enough. */
  make(delayMs: number): void {
    this.#cancel ??= this.#clock.schedule(delayMs, () => this.#due());
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #due(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.now();
    const nextMs = this.#keep(nowMs);
    if (nextMs === undefined) return;
    // Whatever it made room for meanwhile is no sooner.
    this.cancel();
    this.make(nextMs - nowMs);
  }
}
