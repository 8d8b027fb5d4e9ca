import type { FunctionVersion } from '../../model/function-version.ts';
import type { FunctionSettings } from '../../model/function-settings.ts';
import { functionNotFound, type ThrottleReason, tooManyRequests } from '../../model/lambda-errors.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import { regionOf } from '../concurrency/account-concurrency.ts';
import { Holding } from './holding.ts';
import type { Grant, LenderPort, Recall } from './lending-messages.ts';

/**
 * Admission in a process that does not keep the accounts: units of concurrency and requests are borrowed, a few at a time,
 * and kept while they are in use. An invocation that finds one here waits for nobody.
 */
export class Borrower {
  readonly #lender: LenderPort;
  /** By function ARN. */
  readonly #holdings = new Map<string, Holding>();
  /** Reservations, by function ARN. */
  readonly #reserved = new Map<string, number>();
  /** Of functions that were removed while they ran. */
  readonly #removed = new Set<Holding>();
  #last: Holding | undefined;

  constructor(lender: LenderPort) {
    this.#lender = lender;
  }

  /** A lower limit must be in force when its writer is told so: what lies idle goes back before that. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    const reserved = this.#reserved;
    changes.subscribe('function-settings', ({ key, value }) => {
      const now = (value as FunctionSettings | undefined)?.reservedConcurrency;
      const isChanged = reserved.get(key) !== now;
      if (now === undefined) reserved.delete(key);
      else reserved.set(key, now);
      if (isChanged) this.surrender(key);
      if (value === undefined) this.remove(key);
    });
    changes.subscribe('provisioned-concurrency', ({ key }) => this.surrender(key));
  }

  /** Takes a unit and a request for one invocation; a promise when the lender has to be asked. */
  acquire({
    functionArn,
  }: Pick<FunctionVersion, 'functionArn'>): ConcurrencyLease | Promise<ConcurrencyLease> {
    let last = this.#last;
    if (last === undefined || last.functionArn !== functionArn) this.#last = last = this.#find(functionArn);
    if (last.take()) return last;
    return last.wait();
  }

  granted(grant: Grant): void {
    const { functionArn, refusal: reason } = grant;
    const refusal = reason === undefined ? undefined : () => tooManyRequests(reason as ThrottleReason);
    // In the order of the questions: a function that is gone has had no other answers to come than those.
    for (const removed of this.#removed)
      if (removed.functionArn === functionArn && removed.isAsking) return removed.granted(grant, refusal);
    this.#holdings.get(functionArn)?.granted(grant, refusal);
  }

  recall({ round, scopes }: Recall): void {
    for (const holding of this.#holdings.values()) {
      if (scopes.some((scope) => holding.functionArn.startsWith(scope))) holding.giveBackIdle();
    }
    this.#lender.recalled(round);
  }

  /**
   * Gives back all that lies idle in an account's Region, now, and what is in use as soon as it is not.
   * @param arn of anything in the Region
   */
  surrender(arn: string): void {
    const region = regionOf(arn);
    for (const holding of this.#holdings.values()) {
      if (holding.functionArn.startsWith(region)) holding.surrender();
    }
  }

  /** Takes what is running for a function as that of one that is gone. Who waits for a unit of it will not be served. */
  remove(arn: string): void {
    const holding = this.#holdings.get(arn);
    if (holding !== undefined) {
      holding.retire(functionNotFound(arn));
      this.#holdings.delete(arn);
      this.#removed.add(holding);
      this.#last = undefined;
    }
    this.#lender.removed(arn);
  }

  /** To be called every now and then: what was not needed since the last time goes back. */
  tidy(): void {
    for (const [arn, holding] of this.#holdings) {
      holding.giveBackUnused();
      if (!holding.isEmpty) continue;
      this.#holdings.delete(arn);
      if (this.#last === holding) this.#last = undefined;
    }
    for (const holding of this.#removed) if (holding.isEmpty) this.#removed.delete(holding);
  }

  /** Forgets everything, as the lender does. */
  clear(error: Error): void {
    for (const holding of [...this.#holdings.values(), ...this.#removed]) holding.forget(error);
    this.#holdings.clear();
    this.#reserved.clear();
    this.#removed.clear();
    this.#last = undefined;
  }

  #find(arn: string): Holding {
    const known = this.#holdings.get(arn);
    if (known !== undefined) return known;
    const holding = new Holding(arn, this.#lender);
    this.#holdings.set(arn, holding);
    return holding;
  }
}
