import type { ClaimRequest } from './claim-standard.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { MessageRow } from './message-rows.ts';

/** What a receiver asks for. */
export interface ReceiveRequest extends Pick<ClaimRequest, 'most' | 'attemptId'> {
  /** How long messages are hidden, by the queue as it is when they are handed out. */
  readonly visibilityMsIn: (queue: StoredQueue) => number;
}

/** A receiver that has not been answered yet. */
export interface Waiter {
  readonly request: ReceiveRequest;
  readonly done: PromiseWithResolvers<readonly MessageRow[]>;
  /** It has waited as long as it wants to: the answer to a claim under way is its last. */
  isOver: boolean;
}

/** Receivers of one queue that are served in one claim, at most. */
const MOST_WAITERS = 64;

/** One queue's receivers, and when there is something for them. */
export class QueueLane {
  isClaiming = false;
  /** Messages in flight, at most: counted anew when that comes near the limit. */
  inFlightAtMost = Infinity;
  /** Of a standard queue: the message group whose turn it was last. */
  lastGroupId = '';
  /** Appointment with the clock for waiting receivers. */
  cancelWake: () => void = () => undefined;
  wakesAtMs = Infinity;
  #waiting: Waiter[] = [];
  /** When something can be received; 0 while nobody has looked. */
  #dueMs = 0;
  /** The same, heard of while a claim is under way that may have seen it or not. */
  #heardMs = Infinity;

  get dueMs(): number {
    return this.#dueMs;
  }

  get hasWaiters(): boolean {
    return this.#waiting.length > 0;
  }

  add(waiter: Waiter): void {
    this.#waiting.push(waiter);
  }

  /** False when a claim has it in hand. */
  remove(waiter: Waiter): boolean {
    const index = this.#waiting.indexOf(waiter);
    if (index !== -1) this.#waiting.splice(index, 1);
    return index !== -1;
  }

  /** Takes the receivers that are served next, in the order of their coming. */
  beginClaim(): Waiter[] {
    this.isClaiming = true;
    this.#heardMs = Infinity;
    return this.#waiting.splice(0, MOST_WAITERS);
  }

  /** @param nextDueMs when there is something for the next receiver, as the claim saw it */
  endClaim(nextDueMs: number, unserved: readonly Waiter[]): void {
    this.isClaiming = false;
    this.#dueMs = Math.min(nextDueMs, this.#heardMs);
    this.#waiting.unshift(...unserved);
  }

  /** A message that can be received from then on. */
  hearOf(dueMs: number): void {
    this.#dueMs = Math.min(this.#dueMs, dueMs);
    this.#heardMs = Math.min(this.#heardMs, dueMs);
  }

  /** Answers those who do not wait: there is nothing now. */
  dismissOver(): void {
    for (const waiter of this.#waiting) if (waiter.isOver) waiter.done.resolve([]);
    this.#waiting = this.#waiting.filter((waiter) => !waiter.isOver);
  }

  /** Answers everybody who waits. */
  dismiss(): void {
    for (const waiter of this.#waiting.splice(0)) waiter.done.resolve([]);
    this.cancelWake();
  }
}
