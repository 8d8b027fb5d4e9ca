import type { Clock } from '../../model/clock.ts';
import { environmentRemoved, functionNotFound } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';
import type { AccountConcurrency } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { DividedPool } from '../concurrency/division.ts';
import type { BorrowerPort, Need, Returned } from './lending-messages.ts';
import { Loan } from './loan.ts';
import { isRefusal, type OtherPlatforms, type Petition, reasonOf, scopeOf } from './petition.ts';
import { WaitingPetitions } from './waiting-petitions.ts';

/** Each may take as long as other platforms are waited for. */
const MOST_ASKS = 6;

/**
 * Keeps the accounts for all processes that run invocations: what borrowers hold counts as running, so that no limit is
 * ever passed. Before anybody is refused, everything idle is called back: a refusal says that at no moment since the
 * request came there was a unit to be had, here or on another platform.
 */
export class Lender {
  readonly #concurrency: AccountConcurrency;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #loans = new Set<Loan>();
  readonly #waiting = new WaitingPetitions();
  readonly #unanswered = new Set<Loan>();
  #round = 0;
  #others: OtherPlatforms | undefined;

  constructor(concurrency: AccountConcurrency, clock: Pick<Clock, 'now'>) {
    this.#concurrency = concurrency;
    this.#clock = clock;
  }

  shareWith(others: OtherPlatforms): void {
    this.#others = others;
  }

  /** Whoever waits for a unit of a function that is removed gets none: there is no limit any more that it could keep to. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('function-settings', ({ key, value }) => {
      if (value !== undefined) return;
      for (const loan of this.#loans) loan.outdate(key);
      this.#giveUp(({ functionArn }) => functionArn === key, functionNotFound(key));
    });
  }

  /** Resolves when borrowers have given back what they do not use, of functions whose ARNs begin so. */
  async callBack(scopes: readonly string[]): Promise<void> {
    if (this.#loans.size === 0) return;
    await new Promise<void>((resolve) => {
      const attempt = (): undefined => {
        resolve();
      };
      this.#petition({
        loan: undefined,
        functionArn: '',
        scopes,
        attempt,
        missing: () => 0,
        refuse: attempt,
        giveUp: attempt,
      });
    });
  }

  /** Admission for invocations of this process itself. */
  acquire(
    ...invocation: Parameters<AccountConcurrency['acquire']>
  ): ConcurrencyLease | Promise<ConcurrencyLease> {
    try {
      return this.#concurrency.acquire(...invocation);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [{ functionArn }] = invocation;
      if (this.#loans.size === 0 && this.#elsewhere(functionArn, error) === undefined) throw error;
      return this.#acquireLater(invocation, error);
    }
  }

  join(port: BorrowerPort): Loan {
    const loan = new Loan(port);
    this.#loans.add(loan);
    return loan;
  }

  /** A borrower is gone and nothing of what it ran is left: what it held is free. */
  leave(loan: Loan): void {
    this.#loans.delete(loan);
    this.#waiting.remove((petition) => petition.loan === loan);
    loan.releaseAll();
    this.#answered(loan);
  }

  need(loan: Loan, need: Need): void {
    if (loan.isOutdated(need.functionArn)) return loan.giveNothing(need);
    const got = { units: 0, requests: 0 };
    const attempt = (): ServiceError | undefined => this.#lend(loan, need, got);
    const refusal = attempt();
    if (refusal === undefined) return;
    const { functionArn } = need;
    const refuse = (error: ServiceError): void => {
      const reason = String(error.members['Reason']);
      loan.port.grant({ functionArn, ...got, answered: need, refusal: reason });
    };
    const missing = (isRate: boolean): number =>
      isRate ? need.requests - got.requests : need.units - got.units;
    const giveUp = (): void => {
      loan.release(functionArn, got.units, true);
      loan.giveNothing(need);
    };
    const scopes = [scopeOf(functionArn, refusal)];
    this.#petition({ loan, functionArn, scopes, missing, attempt, refuse, giveUp });
  }

  returned(loan: Loan, { functionArn, units, requests, isOfRemoved }: Returned): void {
    const isOfOld = isOfRemoved || loan.isOutdated(functionArn);
    loan.release(functionArn, units, isOfOld);
    if (!isOfOld) this.#concurrency.returnRequests(functionArn, requests);
  }

  /** A borrower has heard of it. */
  removed(loan: Loan, functionArn: string): void {
    loan.heardOfRemoval(functionArn);
  }

  recalled(loan: Loan, round: number): void {
    if (round === this.#round) this.#answered(loan);
  }

  /** Forgets what was lent, and who waits: the accounts have been emptied. */
  clear(): void {
    this.#giveUp(() => true, environmentRemoved());
    for (const loan of this.#loans) loan.forget();
  }

  /** @param got adds what this attempt brings to what earlier ones brought */
  #lend(loan: Loan, need: Need, got: { units: number; requests: number }): ServiceError | undefined {
    const { functionArn } = need;
    const nowMs = this.#clock.now();
    // What was got before the limit was lowered may be too much now.
    for (; got.units > 0 && this.#concurrency.isOver(functionArn); got.units -= 1)
      loan.release(functionArn, 1, false);
    try {
      for (; got.units < need.units; got.units += 1) loan.add(functionArn, this.#unit(functionArn, nowMs));
      while (got.requests < need.requests) {
        const missing = need.requests - got.requests;
        got.requests += this.#concurrency.takeRequests(functionArn, missing, nowMs);
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error;
    }
    // Nobody gets more than it needs while others wait.
    const isAwaited = this.#waiting.isAwaited(functionArn);
    const room = isAwaited ? { units: 0, requests: 0 } : this.#concurrency.room(functionArn, nowMs);
    const extra = loan.extra(need, room, this.#loans.size);
    for (let more = 0; more < extra.units; more += 1) loan.add(functionArn, this.#unit(functionArn, nowMs));
    if (extra.requests > 0)
      got.requests += this.#concurrency.takeRequests(functionArn, extra.requests, nowMs);
    const units = got.units + extra.units;
    loan.port.grant({ functionArn, units, requests: got.requests, answered: need, refusal: undefined });
    return undefined;
  }

  /** On demand: no version's provisioned unit. Its request is counted apart. */
  #unit(functionArn: string, nowMs: number): ConcurrencyLease {
    return this.#concurrency.acquire({ functionArn, version: '' }, nowMs, false);
  }

  #acquireLater(
    invocation: Parameters<AccountConcurrency['acquire']>,
    refusal: ServiceError,
  ): Promise<ConcurrencyLease> {
    return new Promise((resolve, reject) => {
      const attempt = (): ServiceError | undefined => {
        try {
          resolve(this.#concurrency.acquire(...invocation));
          return undefined;
        } catch (error) {
          if (isRefusal(error)) return error;
          throw error;
        }
      };
      const [{ functionArn }] = invocation;
      const scopes = [scopeOf(functionArn, refusal)];
      const end = { refuse: reject, giveUp: reject };
      this.#petition({ loan: undefined, functionArn, scopes, missing: () => 1, attempt, ...end });
    });
  }

  #giveUp(isIt: (petition: Petition) => boolean, error: ServiceError): void {
    for (const petition of this.#waiting.remove(isIt)) petition.giveUp(error);
  }

  #petition(petition: Petition): void {
    this.#waiting.add(petition);
    if (this.#unanswered.size === 0) this.#recall();
  }

  /** Those who come while a recall is under way wait for the next one. */
  #recall(): void {
    this.#round += 1;
    const recall = { round: this.#round, scopes: this.#waiting.hear() };
    for (const loan of this.#loans) this.#unanswered.add(loan);
    for (const loan of this.#loans) loan.port.recall(recall);
    if (this.#unanswered.size === 0) this.#settle();
  }

  #answered(loan: Loan): void {
    if (this.#unanswered.delete(loan) && this.#unanswered.size === 0) this.#settle();
  }

  #settle(): void {
    for (const petition of this.#waiting.takeHeard()) {
      const refusal = petition.attempt();
      if (refusal !== undefined) this.#askElsewhere(petition, refusal);
    }
    if (this.#waiting.hasNext) this.#recall();
  }

  /**
   * What other platforms were asked for in vain is refused. One thing may be short while another is waited for, and the
   * first one again after that; not for ever.
   */
  #askElsewhere(petition: Petition, refusal: ServiceError): void {
    const pool = this.#elsewhere(petition.functionArn, refusal);
    const { asked, asks = 0 } = petition;
    if (pool === undefined || pool === asked || asks >= MOST_ASKS) return petition.refuse(refusal);
    petition.asked = pool;
    petition.asks = asks + 1;
    this.#waiting.ask(petition);
    this.#others?.ask(pool, petition.missing(pool.isRate), () => {
      if (!this.#waiting.answered(petition)) return;
      const again = petition.attempt();
      if (again === undefined) return;
      // A borrower may have more than it needs by now.
      if (this.#loans.size > 0) this.#petition(petition);
      else this.#askElsewhere(petition, again);
    });
  }

  /** What other platforms may have of what is short here. */
  #elsewhere(functionArn: string, refusal: ServiceError): DividedPool | undefined {
    const pool = this.#concurrency.pool(functionArn, reasonOf(refusal));
    return this.#others?.canAsk(pool) === true ? pool : undefined;
  }
}
