import { claimed } from '../../model/concurrency-limits.ts';
import { tooManyRequests } from '../../model/lambda-errors.ts';

/** A unit of concurrency that was taken. Release it once. */
export interface ConcurrencyLease {
  release(): void;
}

/** What the functions of one account in one Region share. */
export interface SharedConcurrency {
  readonly limit: number;
  /** Reservations, and provisioned concurrency of functions without one: not shared, in use or not. */
  claimed: number;
  running: number;
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

  constructor(functionArn: string, shared: SharedConcurrency) {
    this.functionArn = functionArn;
    this.#shared = shared;
  }

  /** A unit for one invocation of the version, provisioned ones first. Throws 429 when there is none. */
  acquire(version: string): ConcurrencyLease {
    const units = this.#versions?.get(version);
    if (units?.take() === true) return units;
    if (this.#reserved === undefined) {
      const { running, limit, claimed: taken } = this.#shared;
      if (running >= limit - taken) throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    } else if (this.#running >= this.#reserved - this.#provisioned) {
      throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
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

  reserve(reserved: number | undefined): void {
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

  #claim(reserved: number | undefined, provisioned: number): void {
    this.#shared.claimed -= claimed({ reserved: this.#reserved, provisioned: this.#provisioned });
    this.#reserved = reserved;
    this.#provisioned = provisioned;
    this.#shared.claimed += claimed({ reserved, provisioned });
  }
}

/** The units a version has to itself because it is provisioned. */
class ProvisionedUnits implements ConcurrencyLease {
  readonly #owner: FunctionConcurrency;
  #size = 0;
  #running = 0;
  /** Running ones there were no units for any more when the number was lowered: the function counts them. */
  #displaced = 0;

  constructor(owner: FunctionConcurrency) {
    this.#owner = owner;
  }

  take(): boolean {
    if (this.#running >= this.#size) return false;
    this.#running += 1;
    return true;
  }

  release(): void {
    if (this.#displaced === 0) this.#running -= 1;
    else {
      this.#displaced -= 1;
      this.#owner.release();
    }
  }

  resize(size: number): void {
    this.#size = size;
    while (this.#running > size) {
      this.#running -= 1;
      this.#displaced += 1;
      this.#owner.count();
    }
  }
}
