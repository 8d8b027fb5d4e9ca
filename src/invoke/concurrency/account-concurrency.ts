import { type FunctionSettings, functionSettingsOf } from '../../model/function-settings.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import { functionArn } from '../../model/stored-function.ts';
import type { Store } from '../../store/store.ts';
import {
  type ConcurrencyLease,
  FunctionConcurrency,
  type SharedConcurrency,
} from './function-concurrency.ts';

/**
 * Admits invocations: within a function's reservation if it has one, else within what the account's limit leaves to
 * all others. Exact: plain counters, one thread. Follows the store, so that a new reservation counts at once.
 */
export class AccountConcurrency {
  readonly #limit: number;
  /** By account and Region. */
  readonly #shared = new Map<string, SharedConcurrency>();
  /** By ARN. */
  readonly #functions = new Map<string, FunctionConcurrency>();
  /** The function invoked last is often the one invoked next. */
  #last: FunctionConcurrency | undefined;

  /** @param limit of every account in every Region */
  constructor(limit: number) {
    this.#limit = limit;
  }

  async open(store: Store): Promise<void> {
    store.changes.subscribe('function-settings', ({ key, value }) => {
      if (value === undefined) this.#remove(key);
      else this.#reserve(key, (value as FunctionSettings).reservedConcurrency);
    });
    const rows = await store.db
      .selectFrom('lambda_function_settings')
      .selectAll()
      .where('reserved_concurrency', 'is not', null)
      .execute();
    for (const row of rows) {
      const { reservedConcurrency } = functionSettingsOf(row);
      this.#reserve(functionArn(row.account_id, row.region, row.name), reservedConcurrency);
    }
  }

  /** Takes a unit for one invocation. Throws 429 when there is none. */
  acquire({ functionArn: arn, version }: Pick<FunctionVersion, 'functionArn' | 'version'>): ConcurrencyLease {
    let last = this.#last;
    if (last === undefined || last.functionArn !== arn) this.#last = last = this.#find(arn);
    return last.acquire(version);
  }

  /**
   * @param total provisioned concurrency of all versions and aliases of the function
   * @param versions of that, what each version has to itself
   */
  provision(arn: string, total: number, versions: ReadonlyMap<string, number>): void {
    if (total > 0 || this.#functions.has(arn)) this.#find(arn).provision(total, versions);
  }

  /** Forgets all functions; what still runs counts for nothing any more. */
  clear(): void {
    this.#shared.clear();
    this.#functions.clear();
    this.#last = undefined;
  }

  #reserve(arn: string, reserved: number | undefined): void {
    if (reserved !== undefined || this.#functions.has(arn)) this.#find(arn).reserve(reserved);
  }

  /** What is still running goes on counting against the account until it ends. */
  #remove(arn: string): void {
    const removed = this.#functions.get(arn);
    removed?.reserve(undefined);
    removed?.provision(0, new Map());
    this.#functions.delete(arn);
    if (this.#last === removed) this.#last = undefined;
  }

  #find(arn: string): FunctionConcurrency {
    const known = this.#functions.get(arn);
    if (known !== undefined) return known;
    const [, , , region, account] = arn.split(':');
    const key = `${account}/${region}`;
    const shared = this.#shared.get(key) ?? { limit: this.#limit, claimed: 0, running: 0 };
    const made = new FunctionConcurrency(arn, shared);
    this.#shared.set(key, shared);
    this.#functions.set(arn, made);
    return made;
  }
}
