import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';

interface SweepOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly onNotice: (message: string) => void;
}

const INTERVAL_MS = 3_600_000;
/** Rows of one write, so that others need not wait long for theirs. */
const CHUNK = 500;

/**
 * Gives back the space of what nobody can receive any more: messages of queues that were purged or deleted at once,
 * what is past its retention and deduplication ids that are forgotten every hour. Receives leave them out by themselves.
 */
export class ContentsSweep {
  readonly #options: SweepOptions;
  #cancel: () => void = () => undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    this.sweepSoon();
  }

  /** Begins behind what is being swept. */
  sweepSoon(): void {
    this.#cancel();
    if (this.#isStopped) return;
    this.#cancel = this.#options.clock.schedule(INTERVAL_MS, () => this.sweepSoon());
    this.#sweeping = this.#sweeping
      .then(async () => await this.#sweep())
      .catch((error: unknown) =>
        this.#options.onNotice(`Messages of SQS could not be cleared away: ${String(error)}`),
      );
    this.#options.clock.during(this.#sweeping);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#sweeping;
  }

  /** Removes a queue's messages that are past their retention, so that they are not counted. */
  async expire({ contentsId, retentionMs }: Pick<StoredQueue, 'contentsId' | 'retentionMs'>): Promise<void> {
    await this.#removeSentUntil(contentsId, this.#options.clock.now() - retentionMs);
  }

  async #removeSentUntil(contentsId: number, lastMs: number): Promise<void> {
    const { store } = this.#options;
    for (let removed = CHUNK; removed === CHUNK && !this.#isStopped; ) {
      const rows = await store.db
        .selectFrom('sqs_messages')
        .select('sequence')
        .where('contents_id', '=', contentsId)
        .where('sent_at_ms', '<=', lastMs)
        .limit(CHUNK)
        .execute();
      removed = rows.length;
      await this.#removeMessages(rows.map((row) => row.sequence));
    }
  }

  async #sweep(): Promise<void> {
    const { store, clock } = this.#options;
    const discarded = await store.db.selectFrom('sqs_discarded_contents').select('contents_id').execute();
    for (const row of discarded) await this.#discard(row.contents_id);
    const queues = await store.db.selectFrom('sqs_queues').select(['contents_id', 'attributes']).execute();
    // Most queues keep messages equally long, and few have any that are too old.
    const byRetention = Map.groupBy(queues, ({ attributes }) => {
      const seconds = (JSON.parse(attributes) as Record<string, string>)['MessageRetentionPeriod'];
      return Number(seconds ?? 345_600) * 1000;
    });
    for (const [retentionMs, alike] of byRetention) {
      const ids = alike.map((queue) => queue.contents_id);
      for (let at = 0; at < ids.length; at += CHUNK) {
        const old = await this.#withOld(ids.slice(at, at + CHUNK), clock.now() - retentionMs);
        for (const contentsId of old) await this.expire({ contentsId, retentionMs });
      }
    }
    await this.#forget(clock.now());
  }

  /** Those that have messages sent until then. */
  async #withOld(contentsIds: readonly number[], lastMs: number): Promise<number[]> {
    const rows = await this.#options.store.db
      .selectFrom('sqs_messages')
      .select('contents_id')
      .distinct()
      .where('contents_id', 'in', contentsIds)
      .where('sent_at_ms', '<=', lastMs)
      .execute();
    return rows.map((row) => row.contents_id);
  }

  /** Removes deduplication ids that count no more, some hundreds in one write. */
  async #forget(nowMs: number): Promise<void> {
    const { store } = this.#options;
    while (!this.#isStopped) {
      const chunk = await store.db
        .selectFrom('sqs_deduplications')
        .select('expires_at_ms')
        .where('expires_at_ms', '<=', nowMs)
        .orderBy('expires_at_ms')
        .limit(CHUNK)
        .execute();
      const last = chunk.at(-1)?.expires_at_ms;
      if (last === undefined) return;
      await store.write(async (tx) => {
        await tx.deleteFrom('sqs_deduplications').where('expires_at_ms', '<=', last).execute();
      });
    }
  }

  async #discard(contentsId: number): Promise<void> {
    const { store } = this.#options;
    await this.#removeSentUntil(contentsId, Number.MAX_SAFE_INTEGER);
    if (this.#isStopped) return;
    await store.write(async (tx) => {
      await tx.deleteFrom('sqs_groups').where('contents_id', '=', contentsId).execute();
      await tx.deleteFrom('sqs_discarded_contents').where('contents_id', '=', contentsId).execute();
    });
  }

  async #removeMessages(sequences: readonly number[]): Promise<void> {
    if (sequences.length === 0) return;
    await this.#options.store.write(async (tx) => {
      await tx.deleteFrom('sqs_messages').where('sequence', 'in', sequences).execute();
    });
  }
}
