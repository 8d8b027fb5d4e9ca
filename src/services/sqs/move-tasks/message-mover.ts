import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { QueueMessages } from '../messages/queue-messages.ts';
import type { QueueDirectory } from '../queues/queue-directory.ts';
import { parseQueueArn } from '../queues/queue-name.ts';
import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { moveMessages, type MoveOutcome } from './move-messages.ts';
import { findTask, type MoveTaskRow, type MoveTaskStatus, updateTask } from './task-rows.ts';

interface MoverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly queues: QueueDirectory;
  readonly messages: QueueMessages;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  readonly onNotice: (message: string) => void;
}

/** Messages of one write. */
const CHUNK = 100;
const TICK_MS = 1_000;
const RETRY_MS = 5_000;

/** Runs the tasks that move messages out of dead-letter queues; those that a restart has interrupted go on. */
export class MessageMover {
  readonly owner: string;
  readonly #options: MoverOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #cancels = new Map<string, () => void>();
  #isStopped = false;

  constructor(options: MoverOptions) {
    this.#options = options;
    this.owner = options.owner;
  }

  async start(): Promise<void> {
    const tasks = await this.#options.store.db
      .selectFrom('sqs_move_tasks')
      .selectAll()
      .where('status', '=', 'RUNNING')
      .where('owner', '=', this.owner)
      .execute();
    for (const task of tasks) this.begin(task);
  }

  begin({ id }: Pick<MoveTaskRow, 'id'>): void {
    const running: Promise<void> = this.#run(id).finally(() => this.#running.delete(running));
    this.#running.add(running);
    this.#options.clock.during(running);
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.reset();
    await Promise.all(this.#running);
  }

  async #run(id: string): Promise<void> {
    try {
      while (!this.#isStopped) {
        const pauseMs = await this.#step(id);
        if (pauseMs === undefined) return;
        if (pauseMs > 0) return this.#later(id, pauseMs);
      }
    } catch (error) {
      this.#options.onNotice(`Messages could not be moved out of a dead-letter queue: ${String(error)}`);
      this.#later(id, RETRY_MS);
    }
  }

  #later(id: string, delayMs: number): void {
    if (this.#isStopped) return;
    const cancel = this.#options.clock.schedule(delayMs, () => {
      this.#cancels.delete(id);
      this.begin({ id });
    });
    this.#cancels.set(id, cancel);
  }

  /** @returns how long to wait before the next step; undefined when the task is done */
  async #step(id: string): Promise<number | undefined> {
    const { store, clock } = this.#options;
    const known = await findTask(store.db, id);
    if (known?.status !== 'RUNNING') return undefined;
    const queues = await this.#queuesOf(known);
    const nowMs = clock.now();
    const { outcome, pauseMs } = await store.write(async (tx) => {
      const task = await findTask(tx, id, store.engine === 'postgres');
      if (task?.status !== 'RUNNING') return { outcome: undefined, pauseMs: undefined };
      return await this.#move(tx, task, queues, nowMs);
    });
    for (const queue of outcome?.destinations ?? []) this.#options.messages.hearOf(queue, nowMs);
    return pauseMs;
  }

  async #move(
    tx: Tx,
    task: MoveTaskRow,
    queues: ReadonlyMap<string, StoredQueue>,
    nowMs: number,
  ): Promise<{ outcome: MoveOutcome | undefined; pauseMs: number | undefined }> {
    const source = queues.get(task.source_arn);
    const most = allowance(task, nowMs);
    if (source === undefined) {
      await updateTask(tx, task.id, {
        status: 'FAILED',
        failure_reason: 'AWS.SimpleQueueService.NonExistentQueue',
      });
      return { outcome: undefined, pauseMs: undefined };
    }
    if (most === 0) return { outcome: undefined, pauseMs: TICK_MS };
    const outcome = await moveMessages(tx, {
      source,
      most,
      nowMs,
      skipsLocked: this.#options.store.engine === 'postgres',
      destinationOf: ({ dead_letter_source: from }) => {
        const arn = task.destination_arn ?? from;
        return arn === null ? null : queues.get(arn);
      },
    });
    const moved = task.moved + outcome.moved;
    const status = statusAfter(task, outcome, most);
    await updateTask(tx, task.id, { moved, status, failure_reason: outcome.failureReason ?? null });
    const isPaced = task.messages_per_second !== null;
    return { outcome, pauseMs: status === 'RUNNING' ? (isPaced ? TICK_MS : 0) : undefined };
  }

  /** The queues a task may have to do with, by ARN. */
  async #queuesOf(task: MoveTaskRow): Promise<Map<string, StoredQueue>> {
    const { store, queues } = this.#options;
    const arns = new Set([task.source_arn]);
    if (task.destination_arn !== null) arns.add(task.destination_arn);
    const name = parseQueueArn(task.source_arn);
    const source = name && (await queues.find(name));
    if (task.destination_arn === null && source !== undefined) {
      const origins = await store.db
        .selectFrom('sqs_messages')
        .select('dead_letter_source')
        .distinct()
        .where('contents_id', '=', source.contentsId)
        .execute();
      for (const { dead_letter_source: arn } of origins) if (arn !== null) arns.add(arn);
    }
    const found = new Map<string, StoredQueue>();
    for (const arn of arns) {
      const parsed = parseQueueArn(arn);
      const queue = parsed && (await queues.find(parsed));
      if (queue !== undefined) found.set(arn, queue);
    }
    return found;
  }
}

/** How many messages a task may move by now: at its pace since it began, or simply a chunk. */
function allowance(task: MoveTaskRow, nowMs: number): number {
  const left = Math.max(task.to_move - task.moved, 0);
  if (left === 0) return CHUNK;
  if (task.messages_per_second === null) return Math.min(CHUNK, left);
  const paced = Math.floor(((nowMs - task.started_at_ms) / 1000 + 1) * task.messages_per_second) - task.moved;
  return Math.max(0, Math.min(CHUNK, left, paced));
}

/** A task ends when it has moved as many as there were, or when there is nothing left that it could move. */
function statusAfter(task: MoveTaskRow, { moved, failureReason }: MoveOutcome, most: number): MoveTaskStatus {
  if (failureReason !== undefined) return 'FAILED';
  return moved < most || task.moved + moved >= task.to_move ? 'COMPLETED' : 'RUNNING';
}
