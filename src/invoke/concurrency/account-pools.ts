import { claimed, type ConcurrencyClaim } from '../../model/concurrency-limits.ts';
import type { Division } from './division.ts';
import { RatePool } from './rate-pool.ts';
import { UnitPool } from './unit-pool.ts';

type Claim = Omit<ConcurrencyClaim, 'name'>;

/** What the functions of one account in one Region share. */
export class AccountPools {
  /** What is left when all claims are taken off: reservations, and provisioned concurrency of functions without one. */
  readonly units: UnitPool;
  /** Of all requests in the account, also those that run on what is not shared. */
  readonly requests: RatePool;

  /** @param scope what the ARNs of its functions begin with */
  constructor(limit: number, scope: string, division: Division) {
    this.units = new UnitPool(scope, scope, limit, division);
    this.requests = new RatePool(`${scope} requests`, scope, limit, division);
  }

  /** Another claim takes the place of one. */
  claim(before: Claim, now: Claim): void {
    const more = claimed(now) - claimed(before);
    if (more !== 0) this.units.resize(this.units.limit - more);
  }
}
