import type { DividedPool, Division } from './division.ts';

/** Units of concurrency that are taken and given back. Plain numbers: an invocation asks one and changes one. */
export class UnitPool implements DividedPool {
  readonly name: string;
  readonly scope: string;
  readonly isRate = false;
  /** May be more than there is room for, when the limit was lowered. */
  running = 0;
  readonly #division: Division;
  #limit: number;
  #share = Infinity;
  /** The lesser of both. */
  #most: number;
  #isUnsettled = false;

  constructor(name: string, scope: string, limit: number, division: Division) {
    this.name = name;
    this.scope = scope;
    this.#limit = limit;
    this.#most = limit;
    this.#division = division;
    division.add(this);
  }

  get hasRoom(): boolean {
    return this.running < this.#most;
  }

  get room(): number {
    return Math.max(0, this.#most - this.running);
  }

  get isOver(): boolean {
    return this.running > this.#most;
  }

  get limit(): number {
    return this.#limit;
  }

  get share(): number {
    return this.#share;
  }

  get kept(): number {
    return Math.max(this.#share, this.running);
  }

  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** Of a lowered limit nobody knows who may use what, until all have said what they use. */
  resize(limit: number): void {
    const isLess = limit < this.#limit;
    this.#limit = limit;
    if (isLess && this.#division.isDivided) this.unsettle();
    else this.#set(this.#share);
  }

  used(): number {
    return this.running;
  }

  cut(share: number): number {
    this.#set(Math.min(share, this.#share));
    return 0;
  }

  settle({ amount, isOver }: { readonly amount: number; readonly isOver: boolean }, kept: number): void {
    if (isOver) return this.unsettle();
    if (this.#isUnsettled || amount > kept) this.#set(amount);
    this.#isUnsettled = false;
  }

  unsettle(): void {
    const wasSettled = !this.#isUnsettled;
    this.#isUnsettled = true;
    this.#set(0);
    if (wasSettled) this.#division.onUnsettled();
  }

  divide(): void {
    const idle = Math.max(0, this.#limit - this.running);
    this.#set(this.running === 0 ? 0 : this.running + Math.floor(idle / 2));
  }

  unite(): void {
    this.#isUnsettled = false;
    this.#set(Infinity);
  }

  #set(share: number): void {
    this.#share = share;
    this.#most = Math.min(share, this.#limit);
  }
}
