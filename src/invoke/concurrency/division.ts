/** Something there is a limit of on all platforms together, of which this one may use its share. */
export interface DividedPool {
  /** The same on all platforms. */
  readonly name: string;
  /** What the ARNs of all functions begin with that draw on it. */
  readonly scope: string;
  /** A rate is used up and refilled; other pools are used and given back. */
  readonly isRate: boolean;
  /** Of all platforms together. */
  readonly limit: number;
  /** What this platform may use. Infinity: it is alone. */
  readonly share: number;
  /** What others cannot have: the share, and what is in use beyond it. */
  readonly kept: number;
  /** The share is nothing until the accounts are settled: the limit was lowered, or the pool is new. */
  readonly isUnsettled: boolean;
  /** What of the share is in use, or used up. */
  used(nowMs: number): number;
  /**
   * Lowers the share.
   * @returns what of a rate's lost share is unspent
   */
  cut(share: number, nowMs: number): number;
  /**
   * What the accounts have come to.
   * @param kept what this platform kept for itself when they were made up
   */
  settle(
    settled: { readonly amount: number; readonly fresh: number; readonly isOver: boolean },
    kept: number,
    nowMs: number,
  ): void;
  /** What is held is not certain any more. */
  unsettle(): void;
  /** From now on there are others: keeps what is in use and half of the rest. */
  divide(nowMs: number): void;
  /** All of it is this platform's again. */
  unite(nowMs: number): void;
}

/** All pools of this platform, and whether it shares them with others. */
export class Division {
  readonly #pools = new Map<string, DividedPool>();
  #isDivided = false;
  /** A limit was lowered. */
  onUnsettled: () => void = () => undefined;

  get isDivided(): boolean {
    return this.#isDivided;
  }

  get pools(): Iterable<DividedPool> {
    return this.#pools.values();
  }

  find(name: string): DividedPool | undefined {
    return this.#pools.get(name);
  }

  /** One that is new where platforms share holds nothing yet. */
  add(pool: DividedPool): void {
    this.#pools.set(pool.name, pool);
    if (this.#isDivided) pool.unsettle();
  }

  remove(pool: DividedPool): void {
    if (this.#pools.get(pool.name) === pool) this.#pools.delete(pool.name);
  }

  clear(): void {
    this.#pools.clear();
  }

  divide(nowMs: number): void {
    this.#isDivided = true;
    for (const pool of this.#pools.values()) pool.divide(nowMs);
  }

  /** What this platform held may be others' by now. */
  unsettle(): void {
    this.#isDivided = true;
    for (const pool of this.#pools.values()) pool.unsettle();
  }

  unite(nowMs: number): void {
    this.#isDivided = false;
    for (const pool of this.#pools.values()) pool.unite(nowMs);
  }
}
