import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import { storedShardOf } from '../shards/stored-shard.ts';
import type { StreamDefinition } from '../streams/stored-stream.ts';
import { streamChange, findStream } from '../streams/stream-rows.ts';
import type { StreamName } from '../streams/stream-name.ts';

interface SweepOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Something else to look round for at the same time. */
  readonly alongside: () => Promise<void>;
  readonly onNotice: (message: string) => void;
}

const INTERVAL_MS = 6 * 3_600_000;
/** Rows of one write, so that others need not wait long for theirs. */
const CHUNK = 200;

/**
 * Gives back the space of records that are past their retention, and forgets closed shards with them, every six hours.
 * Readers leave both out by themselves. Sleeps while there are no streams.
 */
export class RecordSweep {
  readonly #options: SweepOptions;
  #cancel: (() => void) | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isStarted = false;

  constructor(options: SweepOptions) {
    this.#options = options;
    options.store.changes.subscribe('kinesis-stream', () => this.#arm(INTERVAL_MS));
  }

  start(): void {
    this.#isStarted = true;
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancel?.();
    await this.#sweeping;
  }

  #arm(delayMs: number): void {
    if (!this.#isStarted || this.#cancel !== undefined) return;
    this.#cancel = this.#options.clock.schedule(delayMs, async () => {
      this.#cancel = undefined;
      this.#sweeping = this.#sweepAndArm();
      await this.#sweeping;
    });
  }

  async #sweepAndArm(): Promise<void> {
    let hasMore = true;
    try {
      hasMore = await this.#sweep();
    } catch (error) {
      this.#options.onNotice(`Records of streams could not be cleared away: ${String(error)}`);
    }
    if (hasMore) this.#arm(INTERVAL_MS);
  }

  /** @returns whether there are streams */
  async #sweep(): Promise<boolean> {
    const { store, clock, alongside } = this.#options;
    await alongside();
    const streams = await store.db.selectFrom('kinesis_streams').selectAll().execute();
    for (const { id, definition, account_id: accountId, region, name } of streams) {
      const { retentionHours } = JSON.parse(definition) as StreamDefinition;
      const keptSinceMs = clock.now() - retentionHours * 3_600_000;
      await this.#sweepStream({ accountId, region, name }, id, keptSinceMs);
    }
    return streams.length > 0;
  }

  async #sweepStream(name: StreamName, id: number, keptSinceMs: number): Promise<void> {
    const { store } = this.#options;
    const rows = await store.db
      .selectFrom('kinesis_shards')
      .selectAll()
      .where('stream_id', '=', id)
      .execute();
    const gone: number[] = [];
    for (const shard of rows.map(storedShardOf)) {
      await this.#expire(id, shard.number, keptSinceMs);
      if (shard.closedAtMs !== undefined && shard.closedAtMs <= keptSinceMs) gone.push(shard.number);
    }
    for (let next = 0; next < gone.length && this.#isStarted; next += CHUNK) {
      await store.write(async (tx, announce) => {
        await tx
          .deleteFrom('kinesis_shards')
          .where('stream_id', '=', id)
          .where('number', 'in', gone.slice(next, next + CHUNK))
          .execute();
        const after = await findStream(tx, name);
        if (after?.id === id) announce(streamChange(name, after));
      });
    }
  }

  async #expire(streamId: number, shard: number, keptSinceMs: number): Promise<void> {
    const { store } = this.#options;
    for (let removed = CHUNK; removed === CHUNK && this.#isStarted; ) {
      const rows = await store.db
        .selectFrom('kinesis_records')
        .select('last_place')
        .where('stream_id', '=', streamId)
        .where('shard', '=', shard)
        .where('arrived_at_ms', '<', keptSinceMs)
        .limit(CHUNK)
        .execute();
      removed = rows.length;
      if (removed === 0) return;
      const places = rows.map((row) => row.last_place);
      await store.write(async (tx) => {
        await tx
          .deleteFrom('kinesis_records')
          .where('stream_id', '=', streamId)
          .where('shard', '=', shard)
          .where('last_place', 'in', places)
          .execute();
      });
    }
  }
}
