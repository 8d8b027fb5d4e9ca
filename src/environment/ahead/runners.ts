import type { Fifo } from '../fifo.ts';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import type { Turnover } from '../turnover.ts';
import type { Waiter } from '../waiter.ts';

/**
 * The environments of a deployment that are kept busy with one brief invocation after the other: they are handed events
 * ahead, so that their runtimes need not be woken for each.
 */
export class Runners {
  readonly #waiters: Fifo<Waiter>;
  readonly #turnover: Turnover;
  readonly #isSurplus: (environment: ExecutionEnvironment) => boolean;
  readonly #environments: ExecutionEnvironment[] = [];
  /** Where the event before went. */
  #last = 0;

  /** @param isSurplus the environment is one too many: it goes when it is done */
  constructor(
    waiters: Fifo<Waiter>,
    turnover: Turnover,
    isSurplus: (environment: ExecutionEnvironment) => boolean,
  ) {
    this.#waiters = waiters;
    this.#turnover = turnover;
    this.#isSurplus = isSurplus;
  }

  /** Events that are ahead. */
  get count(): number {
    let sum = 0;
    for (const { ahead } of this.#environments) sum += ahead.count;
    return sum;
  }

  /** Hands somebody's event to one of them, each in its turn. False: he has to wait until one is free. */
  offer(waiter: Waiter): boolean {
    const { depth, limit } = this.#turnover;
    const most = Math.min(limit, this.#environments.length);
    if (depth === 0 || this.#waiters.length > 0) return false;
    for (let tried = 0; tried < most; tried += 1) {
      this.#last = (this.#last + 1) % most;
      const environment = this.#environments[this.#last];
      if (environment === undefined || this.#isSurplus(environment)) continue;
      if (environment.ahead.count < depth && environment.ahead.offer(waiter)) return true;
    }
    return false;
  }

  /** The environment was given an event, and those who wait may follow. */
  follow(environment: ExecutionEnvironment): void {
    const { depth, limit } = this.#turnover;
    if (depth === 0 || this.#isSurplus(environment)) return;
    let index = this.#environments.indexOf(environment);
    if (index === -1) index = this.#environments.push(environment) - 1;
    if (index >= limit) return;
    for (let { oldest } = this.#waiters; oldest !== undefined; { oldest } = this.#waiters) {
      if (environment.ahead.count >= depth || !environment.ahead.offer(oldest)) return;
      this.#turnover.follow();
      this.#waiters.shift();
    }
  }

  /** The environment is done with an invocation, or was reset. True: it has begun the next that it had ahead. */
  goOn(environment: ExecutionEnvironment): boolean {
    if (environment.state !== 'idle') this.#waiters.putBack(environment.ahead.takeAll());
    const next = environment.ahead.shift();
    if (next === undefined) {
      this.leave(environment);
      return false;
    }
    environment.invoke(next.invocation, next.completion, true);
    this.follow(environment);
    return true;
  }

  /** Looks for those whose invocation in hand keeps others waiting, and lets them have other environments. */
  look(nowMs: number, onTakenBack: () => void): void {
    const putBack = (waiters: readonly Waiter[]): void => {
      if (waiters.length === 0) return;
      this.#waiters.putBack(waiters);
      onTakenBack();
    };
    for (const { ahead } of this.#environments) {
      const pauses = ahead.overdue(nowMs);
      // By then all has been read that had been written by now.
      if (pauses !== undefined) setImmediate(() => putBack(ahead.takeBack(nowMs, pauses)));
      else putBack(ahead.takeBackUnread(nowMs));
    }
  }

  /** The environment is not there any more. */
  leave(environment: ExecutionEnvironment): void {
    const index = this.#environments.indexOf(environment);
    if (index !== -1) this.#environments.splice(index, 1);
  }
}
