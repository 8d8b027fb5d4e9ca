import { randomUUID } from 'node:crypto';
import type { Invocation } from '../../model/invocation.ts';
import type { RuntimeEvents, RuntimeLink } from '../runtime-link.ts';

export interface Delivery {
  readonly invocation: Invocation;
  readonly deadlineMs: number;
  /** Unique for each attempt, unlike the request id. */
  readonly invocationId: string;
}

/** A "next" that waits for its event. */
export interface NextRequest {
  /** All of the last event was handed to the system. */
  readonly isSent: boolean;
  /** Answers it. */
  send(delivery: Delivery): void;
  /** Nobody will answer it. */
  drop(): void;
}

/** The runtime's end of the Runtime API. */
export interface RuntimeClient extends RuntimeLink {
  readonly events: RuntimeEvents;
  /** A "next" is parked. */
  readonly isWaiting: boolean;
  /** Parks a "next" until there is an event. False: out of turn. */
  park(next: NextRequest): boolean;
  /** The connection of a "next" is closed, whether it was answered or not. */
  lost(next: NextRequest): void;
  /** Whether an echoed `Lambda-Runtime-Invocation-Id` names an attempt in hand. */
  isCurrentAttempt(invocationId: string): boolean;
  /** The process has gone. */
  reset(): void;
}

/** The runtime of one environment, as its Runtime API sees it: the parked "next" and what was last delivered. */
export class RuntimeApiClient implements RuntimeClient {
  readonly carriesLogs = false;
  readonly events: RuntimeEvents;
  #parked: NextRequest | undefined;
  #undelivered: Delivery | undefined;
  #delivered: Delivery | undefined;
  /** What the last event was delivered by. */
  #sender: NextRequest | undefined;

  constructor(events: RuntimeEvents) {
    this.events = events;
  }

  get isWaiting(): boolean {
    return this.#parked !== undefined;
  }

  park(next: NextRequest): boolean {
    // A runtime whose connection broke asks again, and gets the event it missed.
    const asksAgain = this.#undelivered !== undefined || this.#parked !== undefined;
    if (!asksAgain && !this.events.onNext(this)) return false;
    this.#parked?.drop();
    this.#parked = next;
    // Missed, or delivered by `onNext` before this one was parked.
    if (this.#undelivered !== undefined) this.#send(this.#undelivered);
    return true;
  }

  lost(next: NextRequest): void {
    if (this.#parked === next) this.#parked = undefined;
    if (this.#sender !== next) return;
    this.#sender = undefined;
    // Not written whole: the runtime never saw the event.
    if (!next.isSent) this.#undelivered = this.#delivered;
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    this.#send({ invocation, deadlineMs, invocationId: randomUUID() });
  }

  isCurrentAttempt(invocationId: string): boolean {
    return this.#delivered?.invocationId === invocationId;
  }

  reset(): void {
    this.#parked?.drop();
    this.#parked = undefined;
    this.#undelivered = undefined;
    this.#delivered = undefined;
    this.#sender = undefined;
  }

  #send(delivery: Delivery): void {
    const next = this.#parked;
    if (next === undefined) {
      this.#undelivered = delivery;
      return;
    }
    this.#parked = undefined;
    this.#undelivered = undefined;
    this.#delivered = delivery;
    this.#sender = next;
    next.send(delivery);
  }
}
