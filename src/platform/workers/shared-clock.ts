import type { AdminClock } from '../../front-doors/admin/clock-route.ts';
import type { MovableClock } from '../../model/clock.ts';

/** The platform's clock, turned in all its processes before whoever turned it is answered. */
export class SharedClock implements AdminClock {
  readonly #clock: MovableClock;
  readonly #share: () => Promise<void>;

  /** @param share tells the others how the clock stands */
  constructor(clock: MovableClock, share: () => Promise<void>) {
    this.#clock = clock;
    this.#share = share;
  }

  get isFrozen(): boolean {
    return this.#clock.isFrozen;
  }

  now(): number {
    return this.#clock.now();
  }

  async freeze(): Promise<void> {
    this.#clock.freeze();
    await this.#share();
  }

  async resume(): Promise<void> {
    this.#clock.resume();
    await this.#share();
  }

  async pass(byMs: number): Promise<void> {
    await this.#clock.pass(byMs);
    await this.#share();
  }
}
