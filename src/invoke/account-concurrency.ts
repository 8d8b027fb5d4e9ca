/** Counts running invocations per account and Region against the account's limit. Exact: one counter, one thread. */
export class AccountConcurrency {
  readonly #limit: number;
  readonly #running = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one unit; false when the account has none left. Every true needs its `release`. */
  acquire(accountId: string, region: string): boolean {
    const pool = `${accountId}/${region}`;
    const running = this.#running.get(pool) ?? 0;
    if (running >= this.#limit) return false;
    this.#running.set(pool, running + 1);
    return true;
  }

  release(accountId: string, region: string): void {
    const pool = `${accountId}/${region}`;
    this.#running.set(pool, (this.#running.get(pool) ?? 1) - 1);
  }
}
