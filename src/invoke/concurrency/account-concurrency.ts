import { type FunctionSettings, functionSettingsOf } from '../../model/function-settings.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import { functionArn } from '../../model/stored-function.ts';
import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import type { ConcurrencyLease } from './concurrency-lease.ts';
import { AccountPools } from './account-pools.ts';
import { type DividedPool, Division } from './division.ts';
import { FunctionConcurrency } from './function-concurrency.ts';
import type { UnitUsage } from './unit-usage.ts';

/** An invocation that asks to be admitted. */
export type Admitted = Pick<FunctionVersion, 'functionArn' | 'version'>;

/**
 * Admits invocations. Exact: plain counters, one thread. Follows the store, so that a new reservation counts at once.
 *
 * Checked by `acquire`, in this order, each with its Reason; a refused invocation counts for nothing:
 * 1. Is a provisioned unit of the version free, and its rate (10 requests per second and unit) not used up? Then that
 *    one is taken, and 2 does not apply. Otherwise the invocation spills over.
 * 2. Is there room: in the function's reservation less its provisioned concurrency (Reserved...Concurrent...), or
 *    without one in what the account's limit leaves when all claims are taken off (Concurrent...)?
 * 3. Rate of the function with a reservation, 10 requests per second and reserved unit (Reserved...Rate...).
 * 4. Rate of the account, 10 requests per second and unit of its limit (Function...Rate...). 3 and 4 hold for
 *    invocations somebody waits for; asynchronous ones are limited by concurrency alone.
 *
 * Checked by `takeStart`, when no environment is free and the pool is about to start one: 1,000 new on-demand
 * environments in ten seconds for each function (...Rate...).
 *
 * A unit that was acquired is given back by its lease, once. All numbers are by account and Region.
 */
export class AccountConcurrency {
  /** What of it all this platform may use, where there are others. */
  readonly division = new Division();
  readonly #limit: number;
  /** By account and Region. */
  readonly #accounts = new Map<string, AccountPools>();
  /** By ARN. */
  readonly #functions = new Map<string, FunctionConcurrency>();
  /** The function invoked last is often the one invoked next. */
  #last: FunctionConcurrency | undefined;

  /** @param limit of every account in every Region */
  constructor(limit: number) {
    this.#limit = limit;
  }

  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('function-settings', ({ key, value }) => {
      if (value === undefined) this.#remove(key);
      else this.#reserve(key, (value as FunctionSettings).reservedConcurrency);
    });
  }

  async open(store: Store): Promise<void> {
    this.follow(store.changes);
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

  /**
   * Takes a unit for one invocation. Throws 429 when there is none.
   * @param nowMs platform time
   * @param isRated false for an asynchronous invocation
   */
  acquire({ functionArn: arn, version }: Admitted, nowMs: number, isRated: boolean): ConcurrencyLease {
    let last = this.#last;
    if (last === undefined || last.functionArn !== arn) this.#last = last = this.#find(arn);
    return last.acquire(version, nowMs, isRated);
  }

  /** More of a function, or of those that share with it, are running than may. */
  isOver(arn: string): boolean {
    return this.#find(arn).isOver;
  }

  /** What an invocation of a function was refused for want of. */
  pool(arn: string, reason: ThrottleReason): DividedPool | undefined {
    return this.#find(arn).pool(reason);
  }

  /** How many more on-demand invocations of a function there is room for now, and how many requests. */
  room(arn: string, nowMs: number): { readonly units: number; readonly requests: number } {
    return this.#find(arn).room(nowMs);
  }

  /**
   * Counts requests of a function ahead of their invocations, as many of those wanted as there is room for.
   * @returns how many, at least one. Throws 429 when there is no room at all
   */
  takeRequests(arn: string, wanted: number, nowMs: number): number {
    return this.#find(arn).takeRequests(wanted, nowMs);
  }

  /** Requests that were counted did not come. */
  returnRequests(arn: string, count: number): void {
    this.#functions.get(arn)?.returnRequests(count);
  }

  /** Allows one more environment of the function to be started, or says why not. */
  takeStart(arn: string, nowMs: number): ServiceError | undefined {
    return this.#find(arn).takeStart(nowMs);
  }

  /** A start that was allowed did not take place. */
  returnStart(arn: string): void {
    this.#functions.get(arn)?.returnStart();
  }

  /**
   * @param total provisioned concurrency of all versions and aliases of the function
   * @param versions of that, what each version has to itself
   */
  provision(arn: string, total: number, versions: ReadonlyMap<string, number>): void {
    if (total > 0 || this.#functions.has(arn)) this.#find(arn).provision(total, versions);
  }

  /** What was made of a version's provisioned units since this was last asked; undefined when it has none. */
  takeUsage(arn: string, version: string): UnitUsage | undefined {
    return this.#functions.get(arn)?.takeUsage(version);
  }

  /** Forgets all functions; what still runs counts for nothing any more. */
  clear(): void {
    this.#accounts.clear();
    this.#functions.clear();
    this.division.clear();
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
    const scope = regionOf(arn);
    const account = this.#accounts.get(scope) ?? new AccountPools(this.#limit, scope, this.division);
    const made = new FunctionConcurrency(arn, account, this.division);
    this.#accounts.set(scope, account);
    this.#functions.set(arn, made);
    return made;
  }
}

/** What the ARNs of all functions begin with that share an account's limit with this one. */
export function regionOf(arn: string): string {
  return `${arn.split(':').slice(0, 6).join(':')}:`;
}
