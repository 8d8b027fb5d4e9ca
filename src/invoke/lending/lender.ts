import type { Clock } from '../../model/clock.ts';
import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import { type AccountConcurrency, regionOf } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { DividedPool } from '../concurrency/division.ts';
import type { BorrowerPort, Need, Returned } from './lending-messages.ts';
import { Loan } from './loan.ts';

/** Somebody who would be refused, unless a borrower or another platform gives back what it does not use. */
interface Petition {
  /** Undefined for an invocation of this process itself. */
  readonly loan: Loan | undefined;
  readonly functionArn: string;
  /** Whose idle units would help: of functions whose ARNs begin so. */
  readonly scopes: readonly string[];
  /** How many units, or requests, it lacks. */
  readonly missing: (isRate: boolean) => number;
  /** Tries again. Says why it failed, or has settled the matter. */
  readonly attempt: () => ServiceError | undefined;
  readonly refuse: (error: ServiceError) => void;
}

/** Other platforms with which limits are shared. */
export interface OtherPlatforms {
  canAsk(pool: DividedPool | undefined): pool is DividedPool;
  /** @param then they have given what they do not use */
  ask(pool: DividedPool, count: number, then: () => void): void;
}

/**
 * Keeps the accounts for all processes that run invocations: what borrowers hold counts as running, so that no limit is
 * ever passed. Before anybody is refused, everything idle is called back: a refusal says that at no moment since the
 * request came there was a unit to be had, here or on another platform.
 */
export class Lender {
  readonly #concurrency: AccountConcurrency;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #loans = new Set<Loan>();
  #petitions: Petition[] = [];
  /** Of the recall that is under way. */
  #heard: Petition[] = [];
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

  /** Resolves when borrowers have given back what they do not use, of functions whose ARNs begin so. */
  async callBack(scopes: readonly string[]): Promise<void> {
    if (this.#loans.size === 0) return;
    await new Promise<void>((resolve) => {
      const attempt = (): undefined => void resolve();
      this.#petition({ loan: undefined, functionArn: '', scopes, attempt, missing: () => 0, refuse: () => {} });
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
    const isOthers = (petition: Petition): boolean => petition.loan !== loan;
    this.#petitions = this.#petitions.filter(isOthers);
    this.#heard = this.#heard.filter(isOthers);
    loan.releaseAll();
    this.#answered(loan);
  }

  need(loan: Loan, need: Need): void {
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
    this.#petition({ loan, functionArn, scopes: [scopeOf(functionArn, refusal)], missing, attempt, refuse });
  }

  returned(loan: Loan, { functionArn, units, requests }: Returned): void {
    loan.release(functionArn, units);
    this.#concurrency.returnRequests(functionArn, requests);
  }

  recalled(loan: Loan, round: number): void {
    if (round === this.#round) this.#answered(loan);
  }

  /** Forgets what was lent: the accounts have been emptied. */
  clear(): void {
    for (const loan of this.#loans) loan.forget();
  }

  /** @param got adds what this attempt brings to what earlier ones brought */
  #lend(loan: Loan, need: Need, got: { units: number; requests: number }): ServiceError | undefined {
    const { functionArn } = need;
    const nowMs = this.#clock.now();
    // What was got before the limit was lowered may be too much now.
    for (; got.units > 0 && this.#concurrency.isOver(functionArn); got.units -= 1)
      loan.release(functionArn, 1);
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
    const extra = loan.extra(need, this.#concurrency.room(functionArn, nowMs), this.#loans.size);
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
      this.#petition({ loan: undefined, functionArn, scopes, missing: () => 1, attempt, refuse: reject });
    });
  }

  #petition(petition: Petition): void {
    this.#petitions.push(petition);
    if (this.#unanswered.size === 0) this.#recall();
  }

  /** Those who come while a recall is under way wait for the next one: what they could have may not be in this one. */
  #recall(): void {
    this.#heard = this.#petitions;
    this.#petitions = [];
    this.#round += 1;
    const recall = { round: this.#round, scopes: [...new Set(this.#heard.flatMap(({ scopes }) => scopes))] };
    for (const loan of this.#loans) this.#unanswered.add(loan);
    for (const loan of this.#loans) loan.port.recall(recall);
    if (this.#unanswered.size === 0) this.#settle();
  }

  #answered(loan: Loan): void {
    if (this.#unanswered.delete(loan) && this.#unanswered.size === 0) this.#settle();
  }

  #settle(): void {
    const heard = this.#heard;
    this.#heard = [];
    for (const petition of heard) {
      const refusal = petition.attempt();
      if (refusal !== undefined) this.#askElsewhere(petition, refusal, []);
    }
    if (this.#petitions.length > 0) this.#recall();
  }

  /** Other platforms are asked once for each thing that is short. */
  #askElsewhere(petition: Petition, refusal: ServiceError, asked: readonly DividedPool[]): void {
    const pool = this.#elsewhere(petition.functionArn, refusal);
    if (pool === undefined || asked.includes(pool)) return petition.refuse(refusal);
    this.#others?.ask(pool, petition.missing(pool.isRate), () => {
      if (petition.loan !== undefined && !this.#loans.has(petition.loan)) return;
      const again = petition.attempt();
      if (again !== undefined) this.#askElsewhere(petition, again, [...asked, pool]);
    });
  }

  /** What other platforms may have of what is short here. */
  #elsewhere(functionArn: string, refusal: ServiceError): DividedPool | undefined {
    const pool = this.#concurrency.pool(functionArn, reasonOf(refusal));
    return this.#others?.canAsk(pool) === true ? pool : undefined;
  }
}

/** Whose idle units would help. */
function scopeOf(functionArn: string, refusal: ServiceError): string {
  return reasonOf(refusal).startsWith('Reserved') ? functionArn : regionOf(functionArn);
}

function reasonOf(refusal: ServiceError): ThrottleReason {
  return String(refusal.members['Reason']) as ThrottleReason;
}

function isRefusal(error: unknown): error is ServiceError {
  return error instanceof Error && 'status' in error && error.status === 429;
}
