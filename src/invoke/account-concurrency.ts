/** Running invocations of one account in one Region. */
export interface ConcurrencyPool {
  readonly accountId: string;
  readonly region: string;
  running: number;
}

/** Counts running invocations per account and Region against the account's limit. Exact: one counter, one thread. */
export class AccountConcurrency {
  readonly #limit: number;
  readonly #pools = new Map<string, ConcurrencyPool>();
  /** Most servers have one account and one Region: no key is built for the pool that was used last. */
  #last: ConcurrencyPool = { accountId: '', region: '', running: 0 };

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one unit; undefined when the account has none left. What it returns goes to `release`, once. */
  acquire(accountId: string, region: string): ConcurrencyPool | undefined {
    const last = this.#last;
    const pool =
      last.accountId === accountId && last.region === region ? last : this.#find(accountId, region);
    if (pool.running >= this.#limit) return undefined;
    pool.running += 1;
    return pool;
  }

  release(pool: ConcurrencyPool): void {
    pool.running -= 1;
  }

  #find(accountId: string, region: string): ConcurrencyPool {
    const key = `${accountId}/${region}`;
    const pool = this.#pools.get(key) ?? { accountId, region, running: 0 };
    this.#pools.set(key, pool);
    this.#last = pool;
    return pool;
  }
}
