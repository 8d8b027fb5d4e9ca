import type { ConcurrencyLease } from './concurrency-lease.ts';
import { REQUESTS_PER_UNIT, requestAllowance } from './rate-allowance.ts';
import type { UnitUsage } from './unit-usage.ts';

/** Where those count that a version has no units for any more. */
interface Overflow extends ConcurrencyLease {
  count(): void;
}

/** The units a version has to itself because it is provisioned. */
export class ProvisionedUnits implements ConcurrencyLease {
  readonly #owner: Overflow;
  #size = 0;
  #running = 0;
  /** Running ones there were no units for any more when the number was lowered: the function counts them. */
  #displaced = 0;
  readonly #requests = requestAllowance(0);
  #samples = 0;
  #used = 0;

  constructor(owner: Overflow) {
    this.#owner = owner;
  }

  get running(): number {
    return this.#running;
  }

  /** Otherwise the invocation spills over to what the function has besides. */
  hasRoom(nowMs: number, isRated: boolean): boolean {
    return this.#running < this.#size && (!isRated || this.#requests.hasRoom(nowMs));
  }

  /** An invocation came. */
  sample(): void {
    this.#samples += 1;
    this.#used += Math.min(this.#size, this.#running + 1);
  }

  takeUsage(): UnitUsage {
    const usage = { size: this.#size, running: this.#running, samples: this.#samples, used: this.#used };
    this.#samples = 0;
    this.#used = 0;
    return usage;
  }

  count(isRated: boolean): void {
    this.#running += 1;
    if (isRated) this.#requests.spend();
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
    this.#requests.resize(size * REQUESTS_PER_UNIT);
    while (this.#running > size) {
      this.#running -= 1;
      this.#displaced += 1;
      this.#owner.count();
    }
  }
}
