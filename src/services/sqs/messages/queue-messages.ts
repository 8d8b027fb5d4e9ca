import type { Clock } from '../../../model/clock.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import type { Store } from '../../../store/store.ts';
import type { QueueDirectory } from '../queues/queue-directory.ts';
import { parseQueueArn } from '../queues/queue-name.ts';
import { allowsSource } from '../queues/redrive-policies.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { overLimit, queueDoesNotExist } from '../sqs-errors.ts';
import { claimFifo } from './claim-fifo.ts';
import { type ClaimResult, claimStandard } from './claim-standard.ts';
import type { DeadLetterTarget } from './dead-letters.ts';
import type { Accepted } from './fifo-sends.ts';
import { MessageJournal } from './message-journal.ts';
import type { MessageDraft, MessageRow } from './message-rows.ts';
import { QueueLane, type ReceiveRequest, type Waiter } from './queue-lane.ts';
import type { Receipt } from './receipt-handle.ts';

interface QueueMessagesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly queues: QueueDirectory;
}

export interface WaitOptions {
  /** How long a receiver waits when there is nothing. */
  readonly waitMs: number;
  /** Whoever asked is gone: what could be received stays. */
  readonly signal?: AbortSignal | undefined;
  /** It takes what there is, and waits no more. */
  readonly patience?: AbortSignal | undefined;
}

/** Other platforms' messages are looked for so often while a receiver waits. */
const LOOK_ROUND_MS = 1_000;
const MOST_IN_FLIGHT = 120_000;

/**
 * The messages of all queues: on disk what is true, in memory one lane for each queue that is read, with the receivers
 * that wait. Nothing is polled for: a lane knows when its first message is due. What was sent, deleted or changed is on
 * disk when its promise resolves.
 */
export class QueueMessages {
  readonly #options: QueueMessagesOptions;
  readonly #journal: MessageJournal;
  readonly #lanes = new Map<number, QueueLane>();
  #isStopped = false;

  constructor(options: QueueMessagesOptions) {
    this.#options = options;
    this.#journal = new MessageJournal(options);
  }

  /** Standard queues answer nothing; FIFO queues what became of each message. */
  async send(queue: StoredQueue, drafts: readonly MessageDraft[]): Promise<readonly Accepted[]> {
    const { isGone, accepted, dueMs } = await this.#journal.send(queue, drafts);
    if (!isGone) {
      this.hearOf(queue, dueMs);
      return accepted;
    }
    // Purged or deleted by another platform, which this one had not seen yet.
    this.#options.queues.forget(queue);
    const now = await this.#options.queues.find(queue);
    if (now === undefined) throw queueDoesNotExist();
    return await this.send(now, drafts);
  }

  /** Deletes, or hides for so long. @returns what was wrong with each receipt */
  async settle(
    queue: StoredQueue,
    receipts: readonly Receipt[],
    visibilityMs: readonly (number | undefined)[],
  ): Promise<readonly (ServiceError | undefined)[]> {
    const settles = receipts.map((receipt, index) => ({ queue, receipt, visibilityMs: visibilityMs[index] }));
    const { errors, dueMs } = await this.#journal.settle(queue, settles);
    if (dueMs < Infinity) this.hearOf(queue, dueMs);
    return errors;
  }

  async receive(
    queue: StoredQueue,
    request: ReceiveRequest,
    { waitMs, signal, patience = signal }: WaitOptions,
  ): Promise<readonly MessageRow[]> {
    const { store, clock } = this.#options;
    const lane = this.#laneOf(queue);
    // Another platform may have written what this one knows nothing of; and what is in flight may be asked for again.
    if (store.engine === 'postgres' || request.attemptId !== undefined) lane.hearOf(clock.now());
    const isOver = waitMs === 0 || patience?.aborted === true;
    const isKnownEmpty = lane.dueMs > clock.now();
    if (isKnownEmpty && isOver) return [];
    if (await this.#isFull(queue, lane)) {
      if (queue.isFifo) return [];
      throw overLimit('Too many messages in flight.');
    }
    if (this.#isStopped || signal?.aborted === true) return [];
    const waiter: Waiter = { request, done: Promise.withResolvers(), isOver };
    lane.add(waiter);
    const giveUp = (): void => {
      waiter.isOver = true;
      if (lane.remove(waiter)) waiter.done.resolve([]);
    };
    const cancel = waitMs === 0 ? undefined : clock.schedule(waitMs, giveUp);
    patience?.addEventListener('abort', giveUp);
    this.#consider(queue, lane);
    // While it was looked whether the queue is full.
    if (patience?.aborted === true && !isOver) giveUp();
    try {
      return await waiter.done.promise;
    } finally {
      cancel?.();
      patience?.removeEventListener('abort', giveUp);
    }
  }

  /** Something can be received from then on. */
  hearOf(queue: StoredQueue, dueMs: number): void {
    const lane = this.#lanes.get(queue.id);
    if (lane === undefined) return;
    lane.hearOf(dueMs);
    this.#consider(queue, lane);
  }

  /** The queue is gone: nobody waits for it any more. */
  close(queue: StoredQueue): void {
    this.#lanes.get(queue.id)?.dismiss();
    this.#lanes.delete(queue.id);
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    for (const lane of this.#lanes.values()) lane.dismiss();
    this.#lanes.clear();
  }

  /** Answers everybody who waits. */
  stop(): void {
    this.#isStopped = true;
    this.reset();
  }

  #laneOf({ id }: StoredQueue): QueueLane {
    const known = this.#lanes.get(id);
    if (known !== undefined) return known;
    const lane = new QueueLane();
    this.#lanes.set(id, lane);
    return lane;
  }

  /** Serves receivers when there is something, or sees to it that they are when there will be. */
  #consider(queue: StoredQueue, lane: QueueLane): void {
    if (lane.isClaiming || !lane.hasWaiters) return;
    const { clock, store } = this.#options;
    const nowMs = clock.now();
    if (lane.dueMs <= nowMs) return clock.during(this.#claim(queue, lane));
    lane.dismissOver();
    if (!lane.hasWaiters) return;
    const lookMs = store.engine === 'postgres' ? nowMs + LOOK_ROUND_MS : Infinity;
    const wakesAtMs = Math.min(lane.dueMs, lookMs);
    if (wakesAtMs >= lane.wakesAtMs && lane.wakesAtMs > nowMs) return;
    lane.cancelWake();
    lane.wakesAtMs = wakesAtMs;
    if (wakesAtMs === Infinity) return;
    lane.cancelWake = clock.schedule(wakesAtMs - nowMs, () => {
      lane.wakesAtMs = Infinity;
      if (store.engine === 'postgres') lane.hearOf(clock.now());
      this.#consider(queue, lane);
    });
  }

  async #claim(queue: StoredQueue, lane: QueueLane): Promise<void> {
    const waiters = lane.beginClaim();
    try {
      const wanted = waiters.map(({ request }) => request);
      const { batches, nextDueMs, lastGroupId } = await this.#claimFor(queue, wanted, lane.lastGroupId);
      lane.lastGroupId = lastGroupId;
      const unserved = waiters.filter((waiter, index) => {
        const batch = batches[index] ?? [];
        lane.inFlightAtMost += batch.length;
        if (batch.length === 0 && !waiter.isOver) return true;
        waiter.done.resolve(batch);
        return false;
      });
      // A receiver may have come to wait for a queue that was closed meanwhile.
      const isOpen = this.#lanes.get(queue.id) === lane;
      lane.endClaim(nextDueMs, unserved);
      if (!isOpen) lane.dismiss();
    } catch (error) {
      for (const { done } of waiters) done.reject(error);
      lane.endClaim(0, []);
    }
    this.#consider(queue, lane);
  }

  async #claimFor(
    asked: StoredQueue,
    wanted: readonly ReceiveRequest[],
    lastGroupId: string,
  ): Promise<ClaimResult> {
    const { store, clock, queues } = this.#options;
    // As it is by now: receivers may have waited since before its attributes changed.
    const queue = (await queues.find(asked)) ?? asked;
    const requests = wanted.map((one) => ({ ...one, visibilityMs: one.visibilityMsIn(queue) }));
    const deadLetters = await this.#deadLettersOf(queue);
    const skipsLocked = store.engine === 'postgres';
    const claim = queue.isFifo ? claimFifo : claimStandard;
    const task = { queue, requests, deadLetters, skipsLocked, lastGroupId };
    const result = await store.write(async (tx) => await claim(tx, { ...task, nowMs: clock.now() }));
    if (result.hasBuried && deadLetters !== undefined) this.hearOf(deadLetters.queue, clock.now());
    return result;
  }

  async #deadLettersOf(queue: StoredQueue): Promise<DeadLetterTarget | undefined> {
    const { redrivePolicy } = queue;
    if (redrivePolicy === undefined) return undefined;
    const name = parseQueueArn(redrivePolicy.deadLetterTargetArn);
    const target = name && (await this.#options.queues.find(name));
    if (target === undefined || !allowsSource(target.redriveAllowPolicy, queue.arn)) return undefined;
    return { queue: target, maxReceives: redrivePolicy.maxReceiveCount };
  }

  async #isFull(queue: StoredQueue, lane: QueueLane): Promise<boolean> {
    if (lane.inFlightAtMost < MOST_IN_FLIGHT) return false;
    const { count } = await this.#options.store.db
      .selectFrom('sqs_messages')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('contents_id', '=', queue.contentsId)
      .where('visible_at_ms', '>', this.#options.clock.now())
      .where('receive_count', '>', 0)
      .executeTakeFirstOrThrow();
    lane.inFlightAtMost = count;
    return lane.inFlightAtMost >= MOST_IN_FLIGHT;
  }
}
