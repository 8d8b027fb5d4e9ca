import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import type { LenderPort } from './lending-messages.ts';
import type { Grant } from './lending-messages.ts';

interface Waiter {
  readonly resolve: (lease: ConcurrencyLease) => void;
  readonly reject: (error: Error) => void;
}

/**
 * What a process has borrowed for one function. It is the lease of every invocation it admits: they are told apart by
 * nothing but their number.
 */
export class Holding implements ConcurrencyLease {
  readonly functionArn: string;
  readonly #lender: LenderPort;
  #idle = 0;
  #busy = 0;
  /** Busy ones that go back when they are released. */
  #surrendered = 0;
  #requests = 0;
  /** Asked for and not answered. */
  #unitsAsked = 0;
  #requestsAsked = 0;
  readonly #waiters: Waiter[] = [];
  /** Since `giveBackUnused` was last called. */
  #leastIdle = 0;
  #requestsSpent = 0;
  #isForgotten = false;
  #isRemoved = false;

  constructor(functionArn: string, lender: LenderPort) {
    this.functionArn = functionArn;
    this.#lender = lender;
  }

  /** The lender has still to answer. */
  get isAsking(): boolean {
    return this.#unitsAsked + this.#requestsAsked > 0;
  }

  get isEmpty(): boolean {
    return this.#idle + this.#busy + this.#requests + this.#waiters.length === 0 && !this.isAsking;
  }

  /** Takes a unit and a request, if there are any that nobody waits for. */
  take(): boolean {
    if (this.#idle === 0 || this.#requests === 0 || this.#waiters.length > 0) return false;
    this.#use();
    return true;
  }

  /** Asks the lender for what is missing. Rejects with its refusal. */
  wait(): Promise<ConcurrencyLease> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#ask();
    });
  }

  /** @param refusal undefined when the lender gave what it was asked for */
  granted({ units, requests, answered }: Grant, refusal: (() => Error) | undefined): void {
    this.#idle += units;
    this.#requests += requests;
    this.#unitsAsked -= answered.units;
    this.#requestsAsked -= answered.requests;
    this.#serve();
    if (refusal === undefined) {
      this.#ask();
      return;
    }
    const most = Math.min(this.#idle + this.#unitsAsked, this.#requests + this.#requestsAsked);
    while (this.#waiters.length > most) this.#waiters.shift()?.reject(refusal());
  }

  release(): void {
    this.#busy -= 1;
    if (this.#isForgotten) return;
    if (this.#surrendered > 0) {
      this.#surrendered -= 1;
      this.#return(1, 0);
      return;
    }
    this.#idle += 1;
    if (this.#waiters.length > 0) this.#serve();
  }

  giveBackIdle(): void {
    const { length } = this.#waiters;
    // Those who wait are about to be served with it.
    const units = Math.max(0, this.#idle - length);
    const requests = Math.max(0, this.#requests - length);
    this.#return(units, requests);
    this.#idle -= units;
    this.#requests -= requests;
    this.#leastIdle = 0;
  }

  /** Gives back every unit, now or when it is released. Who waits for a request gets another one, if there is one now. */
  surrender(): void {
    this.#surrendered = this.#busy;
    this.giveBackIdle();
    this.#return(this.#idle, 0);
    this.#idle = 0;
    this.#ask();
  }

  /** The function is gone, and one of that name is another: what runs gives back what was the old one's, when it ends. */
  retire(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.surrender();
    this.#isRemoved = true;
  }

  giveBackUnused(): void {
    // Who waits for a request alone counts on a unit that lies idle.
    const units = Math.max(0, Math.min(this.#leastIdle, this.#idle - this.#waiters.length));
    const requests = Math.max(0, this.#requests - this.#requestsSpent - this.#waiters.length);
    this.#return(units, requests);
    this.#idle -= units;
    this.#requests -= requests;
    this.#leastIdle = this.#idle;
    this.#requestsSpent = 0;
  }

  forget(error: Error): void {
    this.#isForgotten = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** For what is missing, unless it is on its way. */
  #ask(): void {
    const { length } = this.#waiters;
    const units = Math.max(0, length - this.#idle - this.#unitsAsked);
    const requests = Math.max(0, length - this.#requests - this.#requestsAsked);
    if (units + requests === 0) return;
    this.#unitsAsked += units;
    this.#requestsAsked += requests;
    this.#lender.need({ functionArn: this.functionArn, units, requests });
  }

  #serve(): void {
    while (this.#waiters.length > 0 && this.#idle > 0 && this.#requests > 0) {
      this.#use();
      this.#waiters.shift()?.resolve(this);
    }
  }

  #use(): void {
    this.#idle -= 1;
    this.#busy += 1;
    this.#requests -= 1;
    this.#requestsSpent += 1;
    if (this.#idle < this.#leastIdle) this.#leastIdle = this.#idle;
  }

  #return(units: number, requests: number): void {
    if (units + requests === 0) return;
    const { functionArn } = this;
    this.#lender.returned({ functionArn, units, requests, isOfRemoved: this.#isRemoved });
  }
}
