import { tooManyRequests, type ThrottleReason } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import type { AccountPools } from './account-pools.ts';
import type { ConcurrencyLease } from './concurrency-lease.ts';
import type { DividedPool, Division } from './division.ts';
import { ProvisionedUnits } from './provisioned-units.ts';
import { RateAllowance } from './rate-allowance.ts';
import { RatePool } from './rate-pool.ts';
import { UnitPool } from './unit-pool.ts';
import type { UnitUsage } from './unit-usage.ts';

/** New environments of one function: so many in ten seconds. */
const STARTS = 1000;
const STARTS_PERIOD_MS = 10_000;

/** What a function has reserved. */
interface Reservation {
  readonly size: number;
  readonly units: UnitPool;
  readonly requests: RatePool;
}

/**
 * Running invocations of one function. It is its own lease: they are told apart by nothing but their number, so
 * taking a unit allocates nothing. A reservation that comes or goes takes what is running along.
 */
export class FunctionConcurrency implements ConcurrencyLease {
  readonly functionArn: string;
  readonly #account: AccountPools;
  readonly #division: Division;
  #reservation: Reservation | undefined;
  /** Its own, or the account's. */
  #units: UnitPool;
  #provisioned = 0;
  /** Without those that run on provisioned units. */
  #running = 0;
  #versions: Map<string, ProvisionedUnits> | undefined;
  readonly #starts = new RateAllowance(STARTS, STARTS_PERIOD_MS);

  constructor(functionArn: string, account: AccountPools, division: Division) {
    this.functionArn = functionArn;
    this.#account = account;
    this.#division = division;
    this.#units = account.units;
  }

  /**
   * A unit for one invocation of the version, provisioned ones first. Throws 429 when there is none.
   * @param isRated whether it counts as a request per second
   */
  acquire(version: string, nowMs: number, isRated: boolean): ConcurrencyLease {
    const units = this.#versions?.get(version);
    const isProvisioned = units !== undefined && units.hasRoom(nowMs, isRated) && !this.#isFull;
    units?.sample();
    if (!isProvisioned && !this.#units.hasRoom) throw this.#noRoom();
    if (isRated) this.#countRequest(nowMs);
    if (isProvisioned) {
      units.count(isRated);
      return units;
    }
    this.count();
    return this;
  }

  release(): void {
    this.#running -= 1;
    this.#units.running -= 1;
  }

  /** One more is running, whether there is room for it or not. */
  count(): void {
    this.#running += 1;
    this.#units.running += 1;
  }

  /** More are running than may: what they may was lowered. */
  get isOver(): boolean {
    return this.#units.isOver;
  }

  /** How many more on-demand invocations there is room for now, and how many requests. */
  room(nowMs: number): { readonly units: number; readonly requests: number } {
    const ofAccount = this.#account.requests.room(nowMs);
    const own = this.#reservation?.requests.room(nowMs) ?? Infinity;
    return { units: this.#units.room, requests: Math.min(own, ofAccount) };
  }

  /** What was short when an invocation was refused. */
  pool(reason: ThrottleReason): DividedPool | undefined {
    switch (reason) {
      case 'ReservedFunctionConcurrentInvocationLimitExceeded':
        return this.#reservation?.units;
      case 'ReservedFunctionInvocationRateLimitExceeded':
        return this.#reservation?.requests;
      case 'ConcurrentInvocationLimitExceeded':
        return this.#account.units;
      case 'FunctionInvocationRateLimitExceeded':
        return this.#account.requests;
      case 'CallerRateLimitExceeded':
      case 'ConcurrentSnapshotCreateLimitExceeded':
        return undefined;
    }
  }

  /**
   * Counts requests ahead of their invocations, as many of those wanted as there is room for.
   * @returns how many, at least one. Throws 429 when there is no room at all
   */
  takeRequests(wanted: number, nowMs: number): number {
    this.#countRequest(nowMs);
    const more = Math.min(wanted - 1, this.room(nowMs).requests);
    this.#spendRequests(more);
    return 1 + more;
  }

  /** Requests that were counted did not come. */
  returnRequests(count: number): void {
    this.#reservation?.requests.restore(count);
    this.#account.requests.restore(count);
  }

  /** Allows one more environment to be started, or says why not. */
  takeStart(nowMs: number): ServiceError | undefined {
    if (!this.#starts.hasRoom(nowMs)) return this.#rateExceeded();
    this.#starts.spend();
    return undefined;
  }

  /** A start that was allowed did not take place. */
  returnStart(): void {
    this.#starts.restore();
  }

  /** What was made of the version's provisioned units since this was last asked; undefined when it has none. */
  takeUsage(version: string): UnitUsage | undefined {
    return this.#versions?.get(version)?.takeUsage();
  }

  reserve(reserved: number | undefined): void {
    const before = this.#claim();
    if (reserved === undefined) this.#dropReservation();
    else if (this.#reservation === undefined) this.#makeReservation(reserved);
    else {
      this.#reservation = { ...this.#reservation, size: reserved };
      this.#reservation.units.resize(reserved - this.#provisioned);
      this.#reservation.requests.resizeUnits(reserved);
    }
    this.#account.claim(before, this.#claim());
  }

  /**
   * @param total of all versions and aliases, also those that cannot be invoked yet
   * @param versions units by version
   */
  provision(total: number, versions: ReadonlyMap<string, number>): void {
    const claimBefore = this.#claim();
    this.#provisioned = total;
    if (this.#reservation !== undefined) this.#reservation.units.resize(this.#reservation.size - total);
    this.#account.claim(claimBefore, this.#claim());
    for (const [version, units] of this.#versions ?? []) {
      if (!versions.has(version)) units.resize(0);
    }
    if (versions.size === 0) {
      this.#versions = undefined;
      return;
    }
    const before = this.#versions;
    this.#versions = new Map();
    for (const [version, size] of versions) {
      const units = before?.get(version) ?? new ProvisionedUnits(this);
      units.resize(size);
      this.#versions.set(version, units);
    }
  }

  /**
   * What began on demand before units were provisioned, or moved to another version, may still have all of a reservation:
   * until it ends, units that are free are not the function's to use.
   */
  get #isFull(): boolean {
    const { size } = this.#reservation ?? {};
    if (size === undefined || !this.#units.isOver) return false;
    let running = this.#running;
    for (const units of this.#versions?.values() ?? []) running += units.running;
    return running >= size;
  }

  #noRoom(): ServiceError {
    return tooManyRequests(
      this.#reservation === undefined
        ? 'ConcurrentInvocationLimitExceeded'
        : 'ReservedFunctionConcurrentInvocationLimitExceeded',
    );
  }

  /** Against the function's own rate if it has a reservation, and against the account's. */
  #countRequest(nowMs: number): void {
    const { requests } = this.#account;
    if (this.#reservation?.requests.hasRoom(nowMs) === false) throw this.#rateExceeded();
    if (!requests.hasRoom(nowMs)) throw tooManyRequests('FunctionInvocationRateLimitExceeded');
    this.#spendRequests(1);
  }

  #spendRequests(count: number): void {
    this.#reservation?.requests.spend(count);
    this.#account.requests.spend(count);
  }

  #rateExceeded(): ServiceError {
    return tooManyRequests(
      this.#reservation === undefined
        ? 'FunctionInvocationRateLimitExceeded'
        : 'ReservedFunctionInvocationRateLimitExceeded',
    );
  }

  #claim(): { readonly reserved: number | undefined; readonly provisioned: number } {
    return { reserved: this.#reservation?.size, provisioned: this.#provisioned };
  }

  #makeReservation(size: number): void {
    const { functionArn } = this;
    const units = new UnitPool(functionArn, functionArn, size - this.#provisioned, this.#division);
    const requests = new RatePool(`${functionArn} requests`, functionArn, size, this.#division);
    this.#reservation = { size, units, requests };
    this.#runOn(units);
  }

  #dropReservation(): void {
    const { units, requests } = this.#reservation ?? {};
    this.#reservation = undefined;
    this.#runOn(this.#account.units);
    if (units !== undefined) this.#division.remove(units);
    if (requests !== undefined) this.#division.remove(requests);
  }

  /** Takes what is running along. */
  #runOn(units: UnitPool): void {
    this.#units.running -= this.#running;
    this.#units = units;
    units.running += this.#running;
  }
}
