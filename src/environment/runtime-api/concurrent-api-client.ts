import { randomUUID } from 'node:crypto';
import type { Invocation } from '../../model/invocation.ts';
import type { RuntimeEvents } from '../runtime-link.ts';
import type { Delivery, NextRequest, RuntimeClient } from './runtime-api-client.ts';

/** A runtime that asks for several events at once: each "next" gets one, in the order in which they were asked. */
export class ConcurrentApiClient implements RuntimeClient {
  readonly carriesLogs = false;
  readonly events: RuntimeEvents;
  readonly #most: number;
  readonly #parked = new Set<NextRequest>();
  readonly #undelivered: Delivery[] = [];
  /** By what they were delivered by, while that has its connection. */
  readonly #delivered = new Map<NextRequest, Delivery>();
  readonly #attempts = new Set<string>();

  /** @param most AWS_LAMBDA_MAX_CONCURRENCY: no more requests than that wait */
  constructor(events: RuntimeEvents, most: number) {
    this.events = events;
    this.#most = most;
  }

  get isWaiting(): boolean {
    return this.#parked.size > 0;
  }

  park(next: NextRequest): boolean {
    if (this.#parked.size >= this.#most || !this.events.onNext(this)) return false;
    const missed = this.#undelivered.shift();
    if (missed === undefined) this.#parked.add(next);
    else this.#send(next, missed);
    return true;
  }

  lost(next: NextRequest): void {
    this.#parked.delete(next);
    const delivery = this.#delivered.get(next);
    this.#delivered.delete(next);
    // Not written whole: the runtime never saw the event.
    if (delivery !== undefined && !next.isSent) this.#undelivered.unshift(delivery);
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    const delivery = { invocation, deadlineMs, invocationId: randomUUID() };
    const [next] = this.#parked;
    if (next === undefined) this.#undelivered.push(delivery);
    else this.#send(next, delivery);
  }

  isCurrentAttempt(invocationId: string): boolean {
    return this.#attempts.has(invocationId);
  }

  reset(): void {
    for (const next of this.#parked) next.drop();
    this.#parked.clear();
    this.#undelivered.length = 0;
    this.#delivered.clear();
    this.#attempts.clear();
  }

  #send(next: NextRequest, delivery: Delivery): void {
    this.#parked.delete(next);
    this.#attempts.add(delivery.invocationId);
    this.#delivered.set(next, delivery);
    next.send(delivery);
  }
}
