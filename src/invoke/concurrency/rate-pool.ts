import type { DividedPool, Division } from './division.ts';
import { RateAllowance, REQUESTS_PER_UNIT, SECOND_MS } from './rate-allowance.ts';

/** Requests per second of so many units. Shares of it are parts of the capacity, each with what is left of it. */
export class RatePool extends RateAllowance implements DividedPool {
  readonly name: string;
  readonly scope: string;
  readonly isRate = true;
  readonly #division: Division;
  #limit: number;
  #isUnsettled = false;

  constructor(name: string, scope: string, units: number, division: Division) {
    super(units * REQUESTS_PER_UNIT, SECOND_MS);
    this.name = name;
    this.scope = scope;
    this.#limit = units * REQUESTS_PER_UNIT;
    this.#division = division;
    division.add(this);
  }

  get limit(): number {
    return this.#limit;
  }

  get share(): number {
    return this.#division.isDivided ? this.capacity : Infinity;
  }

  get kept(): number {
    return this.capacity;
  }

  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  resizeUnits(units: number): void {
    const limit = units * REQUESTS_PER_UNIT;
    const isLess = limit < this.#limit;
    this.#limit = limit;
    if (!this.#division.isDivided) this.resize(limit);
    else if (isLess) this.unsettle();
  }

  used(nowMs: number): number {
    return this.capacity - this.room(nowMs);
  }

  cut(share: number, nowMs: number): number {
    this.room(nowMs);
    return this.giveUp(Math.max(0, this.capacity - share));
  }

  settle(
    { amount, fresh, isOver }: { readonly amount: number; readonly fresh: number; readonly isOver: boolean },
    _kept: number,
    nowMs: number,
  ): void {
    if (isOver) return this.unsettle();
    this.room(nowMs);
    this.gain(amount - this.capacity, fresh);
    this.#isUnsettled = false;
  }

  unsettle(): void {
    const wasSettled = !this.#isUnsettled;
    this.#isUnsettled = true;
    this.giveUp(this.capacity);
    if (wasSettled) this.#division.onUnsettled();
  }

  divide(nowMs: number): void {
    const left = this.room(nowMs);
    this.giveUp(left === this.capacity ? left : Math.ceil(left / 2));
  }

  unite(nowMs: number): void {
    this.room(nowMs);
    this.gain(this.#limit - this.capacity, 0);
    this.#isUnsettled = false;
  }
}
