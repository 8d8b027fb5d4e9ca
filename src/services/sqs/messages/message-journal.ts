import type { Clock } from '../../../model/clock.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { type Accepted, sendFifo } from './fifo-sends.ts';
import { insertMessages, type MessageDraft, rowOf } from './message-rows.ts';
import { removeStandard, type Settle, settleMessages } from './settle-messages.ts';

type Entry =
  | { readonly kind: 'send'; readonly queue: StoredQueue; readonly drafts: readonly MessageDraft[] }
  | { readonly kind: 'settle'; readonly queue: StoredQueue; readonly settles: readonly Settle[] };

/** Answers in the order of the entry's messages. `isGone`: the queue was deleted or purged, nothing was written. */
interface Result {
  readonly isGone: boolean;
  readonly accepted: readonly Accepted[];
  readonly errors: readonly (ServiceError | undefined)[];
  readonly dueMs: number;
}

const GONE: Result = { isGone: true, accepted: [], errors: [], dueMs: Infinity };

interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** Everything that clients send, delete and change, written in batches over all queues. */
export class MessageJournal {
  readonly #options: JournalOptions;
  readonly #writes: BatchedWrites<Entry, Result>;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writes = new BatchedWrites({
      store: options.store,
      size: (entry) =>
        entry.kind === 'send' ? entry.drafts.reduce((sum, { body }) => sum + body.length, 0) : 0,
      write: (tx, entries) => this.#write(tx, entries),
    });
  }

  async send(queue: StoredQueue, drafts: readonly MessageDraft[]): Promise<Result> {
    return await this.#writes.add({ kind: 'send', queue, drafts });
  }

  async settle(queue: StoredQueue, settles: readonly Settle[]): Promise<Result> {
    return await this.#writes.add({ kind: 'settle', queue, settles });
  }

  async #write(tx: Tx, entries: readonly Entry[]): Promise<Result[]> {
    const present = await this.#present(tx, entries);
    const results = new Map<Entry, Result>();
    const sending = this.#writeSends(
      tx,
      entries.filter(isSend).filter((entry) => present(entry)),
      results,
    );
    // A group that loses its last message must not go while another one is on its way into it.
    if (entries.some(({ queue }) => queue.isFifo)) await sending;
    await Promise.all([sending, this.#writeSettles(tx, entries.filter(isSettle), results)]);
    return entries.map((entry) => results.get(entry) ?? GONE);
  }

  /** Where other platforms may delete or purge a queue, it is held until the messages for it are written. */
  async #present(tx: Tx, entries: readonly Entry[]): Promise<(entry: Entry) => boolean> {
    const sends = entries.filter(isSend);
    if (this.#options.store.engine === 'sqlite' || sends.length === 0) return () => true;
    const ids = [...new Set(sends.map(({ queue }) => queue.contentsId))];
    const rows = await tx
      .selectFrom('sqs_queues')
      .select('contents_id')
      .where('contents_id', 'in', ids)
      .where('deleted_at_ms', 'is', null)
      .orderBy('contents_id')
      .forShare()
      .execute();
    const there = new Set(rows.map((row) => row.contents_id));
    return ({ queue }) => there.has(queue.contentsId);
  }

  async #writeSends(tx: Tx, sends: readonly SendEntry[], results: Map<Entry, Result>): Promise<void> {
    const standard = sends.filter(({ queue }) => !queue.isFifo);
    const fifo = sends.filter(({ queue }) => queue.isFifo);
    for (const entry of standard) results.set(entry, sent(entry, []));
    const [accepted] = await Promise.all([
      fifo.length === 0
        ? []
        : sendFifo(
            tx,
            fifo.flatMap(({ queue, drafts }) => drafts.map((draft) => ({ queue, draft }))),
          ),
      insertMessages(
        tx,
        standard.flatMap(({ queue, drafts }) => drafts.map((draft) => rowOf(queue, draft))),
      ),
    ]);
    let next = 0;
    for (const entry of fifo) {
      results.set(entry, sent(entry, accepted.slice(next, next + entry.drafts.length)));
      next += entry.drafts.length;
    }
  }

  async #writeSettles(tx: Tx, entries: readonly SettleEntry[], results: Map<Entry, Result>): Promise<void> {
    const settles = entries.flatMap((entry) => entry.settles);
    const simple = settles.filter(({ queue, visibilityMs }) => !queue.isFifo && visibilityMs === undefined);
    const others = settles.filter((settle) => settle.queue.isFifo || settle.visibilityMs !== undefined);
    const [removed, changed] = await Promise.all([
      removeStandard(tx, simple),
      others.length === 0
        ? []
        : settleMessages(tx, others, this.#options.clock.now(), this.#options.store.engine === 'postgres'),
    ]);
    const outcomes = new Map([
      ...simple.map((settle, index) => [settle, removed[index]] as const),
      ...others.map((settle, index) => [settle, changed[index]] as const),
    ]);
    for (const entry of entries) {
      const own = entry.settles.map((settle) => outcomes.get(settle));
      results.set(entry, {
        isGone: false,
        accepted: [],
        errors: own.map((outcome) => outcome?.error),
        dueMs: Math.min(...own.map((outcome) => outcome?.dueMs ?? Infinity)),
      });
    }
  }
}

type SendEntry = Extract<Entry, { kind: 'send' }>;
type SettleEntry = Extract<Entry, { kind: 'settle' }>;

function isSend(entry: Entry): entry is SendEntry {
  return entry.kind === 'send';
}

function isSettle(entry: Entry): entry is SettleEntry {
  return entry.kind === 'settle';
}

function sent({ drafts }: SendEntry, accepted: readonly Accepted[]): Result {
  const dueMs = Math.min(...drafts.map((draft) => draft.visibleAtMs));
  return { isGone: false, accepted, errors: [], dueMs };
}
