import { randomUUID } from 'node:crypto';
import type { Invocation } from '../../model/invocation.ts';
import type { RuntimeEvents } from '../runtime-link.ts';
import { nextHeaders, type Delivery, type NextResponse, type RuntimeClient } from './runtime-api-client.ts';

/** A runtime that asks for several events at once: each "next" gets one, in the order in which they were asked. */
export class ConcurrentApiClient implements RuntimeClient {
  readonly carriesLogs = false;
  readonly events: RuntimeEvents;
  readonly #most: number;
  readonly #parked = new Set<NextResponse>();
  readonly #undelivered: Delivery[] = [];
  readonly #attempts = new Set<string>();

  /** @param most AWS_LAMBDA_MAX_CONCURRENCY: no more requests than that wait */
  constructor(events: RuntimeEvents, most: number) {
    this.events = events;
    this.#most = most;
  }

  park(response: NextResponse): boolean {
    if (this.#parked.size >= this.#most || !this.events.onNext(this)) return false;
    const missed = this.#undelivered.shift();
    if (missed !== undefined) {
      this.#send(response, missed);
      return true;
    }
    this.#parked.add(response);
    response.once('close', () => this.#parked.delete(response));
    return true;
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    const delivery = { invocation, deadlineMs, invocationId: randomUUID() };
    const [response] = this.#parked;
    if (response === undefined) this.#undelivered.push(delivery);
    else this.#send(response, delivery);
  }

  isCurrentAttempt(invocationId: string): boolean {
    return this.#attempts.has(invocationId);
  }

  reset(): void {
    for (const response of this.#parked) response.destroy();
    this.#parked.clear();
    this.#undelivered.length = 0;
    this.#attempts.clear();
  }

  #send(response: NextResponse, delivery: Delivery): void {
    this.#parked.delete(response);
    this.#attempts.add(delivery.invocationId);
    response.once('close', () => {
      // Not written whole: the runtime never saw the event.
      if (!response.writableFinished) this.#undelivered.unshift(delivery);
    });
    response.writeHead(200, nextHeaders(delivery));
    response.end(delivery.invocation.payload);
  }
}
