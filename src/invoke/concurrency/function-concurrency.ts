import { claimed } from '../../model/concurrency-limits.ts';
import { tooManyRequests } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import type { ConcurrencyLease } from './concurrency-lease.ts';
import { ProvisionedUnits } from './provisioned-units.ts';
import { RateAllowance, REQUESTS_PER_UNIT, requestAllowance } from './rate-allowance.ts';
import type { UnitUsage } from './unit-usage.ts';

/** New environments of one function: so many in ten seconds. */
const STARTS = 1000;
const STARTS_PERIOD_MS = 10_000;

/** What the functions of one account in one Region share. */
export interface SharedConcurrency {
  readonly limit: number;
  /** Reservations, and provisioned concurrency of functions without one: not shared, in use or not. */
  claimed: number;
  running: number;
  /** Of all requests in the account, also those that run on what is not shared. */
  readonly requests: RateAllowance;
}

/**
 * Running invocations of one function. It is its own lease: they are told apart by nothing but their number, so
 * taking a unit allocates nothing. A reservation that comes or goes takes what is running along.
 */
export class FunctionConcurrency implements ConcurrencyLease {
  readonly functionArn: string;
  readonly #shared: SharedConcurrency;
  #reserved: number | undefined;
  #provisioned = 0;
  /** Without those that run on provisioned units. */
  #running = 0;
  #versions: Map<string, ProvisionedUnits> | undefined;
  readonly #requests = requestAllowance(0);
  readonly #starts = new RateAllowance(STARTS, STARTS_PERIOD_MS);

  constructor(functionArn: string, shared: SharedConcurrency) {
    this.functionArn = functionArn;
    this.#shared = shared;
  }

  /**
   * A unit for one invocation of the version, provisioned ones first. Throws 429 when there is none.
   * @param isRated whether it counts as a request per second
   */
  acquire(version: string, nowMs: number, isRated: boolean): ConcurrencyLease {
    const units = this.#versions?.get(version);
    const isProvisioned = units !== undefined && units.hasRoom(nowMs, isRated);
    units?.sample();
    if (!isProvisioned) this.#checkRoom();
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
    if (this.#reserved === undefined) this.#shared.running -= 1;
  }

  /** One more is running, whether there is room for it or not. */
  count(): void {
    this.#running += 1;
    if (this.#reserved === undefined) this.#shared.running += 1;
  }

  /** More are running than may: what they may was lowered. */
  get isOver(): boolean {
    const { running, limit, claimed: taken } = this.#shared;
    return this.#reserved === undefined
      ? running > limit - taken
      : this.#running > this.#reserved - this.#provisioned;
  }

  /** How many more on-demand invocations there is room for now, and how many requests. */
  room(nowMs: number): { readonly units: number; readonly requests: number } {
    const { running, limit, claimed: taken, requests } = this.#shared;
    if (this.#reserved === undefined)
      return { units: Math.max(0, limit - taken - running), requests: requests.room(nowMs) };
    return {
      units: Math.max(0, this.#reserved - this.#provisioned - this.#running),
      requests: Math.min(this.#requests.room(nowMs), requests.room(nowMs)),
    };
  }

  /**
   * Counts requests ahead of their invocations, as many of those wanted as there is room for.
   * @returns how many, at least one. Throws 429 when there is no room at all
   */
  takeRequests(wanted: number, nowMs: number): number {
    this.#countRequest(nowMs);
    const own = this.#reserved === undefined ? Infinity : this.#requests.room(nowMs);
    const more = Math.min(wanted - 1, own, this.#shared.requests.room(nowMs));
    this.#spendRequests(more);
    return 1 + more;
  }

  /** Requests that were counted did not come. */
  returnRequests(count: number): void {
    if (this.#reserved !== undefined) this.#requests.restore(count);
    this.#shared.requests.restore(count);
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
    this.#requests.resize((reserved ?? 0) * REQUESTS_PER_UNIT);
    if (this.#reserved === undefined && reserved !== undefined) this.#shared.running -= this.#running;
    if (this.#reserved !== undefined && reserved === undefined) this.#shared.running += this.#running;
    this.#claim(reserved, this.#provisioned);
  }

  /**
   * @param total of all versions and aliases, also those that cannot be invoked yet
   * @param versions units by version
   */
  provision(total: number, versions: ReadonlyMap<string, number>): void {
    this.#claim(this.#reserved, total);
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

  #checkRoom(): void {
    if (this.#reserved === undefined) {
      const { running, limit, claimed: taken } = this.#shared;
      if (running >= limit - taken) throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    } else if (this.#running >= this.#reserved - this.#provisioned) {
      throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
  }

  /** Against the function's own rate if it has a reservation, and against the account's. */
  #countRequest(nowMs: number): void {
    const { requests } = this.#shared;
    const hasOwn = this.#reserved !== undefined;
    if (hasOwn && !this.#requests.hasRoom(nowMs)) throw this.#rateExceeded();
    if (!requests.hasRoom(nowMs)) throw tooManyRequests('FunctionInvocationRateLimitExceeded');
    this.#spendRequests(1);
  }

  #spendRequests(count: number): void {
    if (this.#reserved !== undefined) this.#requests.spend(count);
    this.#shared.requests.spend(count);
  }

  #rateExceeded(): ServiceError {
    return tooManyRequests(
      this.#reserved === undefined
        ? 'FunctionInvocationRateLimitExceeded'
        : 'ReservedFunctionInvocationRateLimitExceeded',
    );
  }

  #claim(reserved: number | undefined, provisioned: number): void {
    this.#shared.claimed -= claimed({ reserved: this.#reserved, provisioned: this.#provisioned });
    this.#reserved = reserved;
    this.#provisioned = provisioned;
    this.#shared.claimed += claimed({ reserved, provisioned });
  }
}
