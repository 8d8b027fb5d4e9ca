import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { BorrowerPort, Need } from './lending-messages.ts';

/** More than was asked for, so that not every invocation of a busy function has to ask; never more than this. */
const MOST_EXTRA_UNITS = 8;
const MOST_EXTRA_REQUESTS = 4096;
/** Of what is left, borrowers may together take this share ahead of need. */
const SHARE = 0.25;

/** What one borrower holds. */
export class Loan {
  readonly port: BorrowerPort;
  /** By function ARN. */
  readonly #leases = new Map<string, ConcurrencyLease[]>();
  /** Functions that were removed, and how often, of which the borrower has not heard yet. */
  readonly #unheard = new Map<string, number>();
  /** Requests lent ahead of need at the last time, by function ARN. */
  readonly #extraRequests = new Map<string, number>();

  constructor(port: BorrowerPort) {
    this.port = port;
  }

  get units(): number {
    let units = 0;
    for (const leases of this.#leases.values()) units += leases.length;
    return units;
  }

  add(functionArn: string, lease: ConcurrencyLease): void {
    const leases = this.#leases.get(functionArn);
    if (leases === undefined) this.#leases.set(functionArn, [lease]);
    else leases.push(lease);
  }

  /** A function was removed: what the borrower says of that name is about the one before, until it has heard. */
  outdate(functionArn: string): void {
    this.#unheard.set(functionArn, (this.#unheard.get(functionArn) ?? 0) + 1);
  }

  heardOfRemoval(functionArn: string): void {
    const left = (this.#unheard.get(functionArn) ?? 0) - 1;
    if (left > 0) this.#unheard.set(functionArn, left);
    else this.#unheard.delete(functionArn);
  }

  isOutdated(functionArn: string): boolean {
    return this.#unheard.has(functionArn);
  }

  /** To who asks for a function that is gone. */
  giveNothing(answered: Need): void {
    const { functionArn } = answered;
    const refusal: ThrottleReason = 'ConcurrentInvocationLimitExceeded';
    this.port.grant({ functionArn, units: 0, requests: 0, answered, refusal });
  }

  /** @param isOfRemoved not of the function that has that name now, but of the one before it */
  release(functionArn: string, units: number, isOfRemoved: boolean): void {
    const leases = this.#leases.get(functionArn);
    if (leases === undefined) return;
    // The newest ones are the present function's.
    for (const lease of leases.splice(isOfRemoved ? 0 : -units, units)) lease.release();
    if (leases.length > 0) return;
    this.#leases.delete(functionArn);
    this.#extraRequests.delete(functionArn);
  }

  releaseAll(): void {
    for (const leases of this.#leases.values()) for (const lease of leases) lease.release();
    this.forget();
  }

  forget(): void {
    this.#leases.clear();
    this.#extraRequests.clear();
  }

  /**
   * What to lend beyond a need. Who asks again gets twice as much as before.
   * @param room what is left
   * @param borrowers that share it
   */
  extra(
    { functionArn, units, requests }: Need,
    room: Pick<Need, 'units' | 'requests'>,
    borrowers: number,
  ): Pick<Need, 'units' | 'requests'> {
    const share = (left: number): number => Math.floor((left * SHARE) / borrowers);
    const held = (this.#leases.get(functionArn)?.length ?? 0) - units;
    const before = this.#extraRequests.get(functionArn) ?? 4;
    const wanted = requests === 0 ? 0 : Math.min(2 * before, MOST_EXTRA_REQUESTS, share(room.requests));
    if (requests > 0) this.#extraRequests.set(functionArn, Math.max(4, wanted));
    return {
      units: units === 0 ? 0 : Math.min(held, MOST_EXTRA_UNITS, share(room.units)),
      requests: wanted,
    };
  }
}
