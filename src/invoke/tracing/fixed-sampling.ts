/** Of requests beyond the first of each second. */
const SHARE = 0.05;

/** Lambda's own rule, which nobody can configure: the first request of each second, and one in twenty of the others. */
export class FixedSampling {
  #lastSecond = Number.NEGATIVE_INFINITY;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  decide(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second > this.#lastSecond) {
      this.#lastSecond = second;
      return true;
    }
    return this.#random() < SHARE;
  }
}
