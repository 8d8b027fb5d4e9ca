import type { Store } from '../../../store/store.ts';
import type { StreamReadLimits } from '../../../model/stream-ports.ts';
import { type RecordContent, recordBytes, recordsOf } from './record-chunk.ts';

/** Names a shard. */
export interface ShardKey {
  readonly streamId: number;
  readonly shard: number;
}

export interface PlacedRecord extends RecordContent {
  readonly place: number;
  readonly arrivedAtMs: number;
}

export interface ShardRead {
  readonly records: readonly PlacedRecord[];
  /** Of the last record, or what the read began after. */
  readonly lastPlace: number;
  /** When the first record came that was left unread; undefined at the end. */
  readonly unreadSinceMs: number | undefined;
}

interface Row {
  readonly last_place: number;
  readonly records: number;
  readonly arrived_at_ms: number;
  readonly contents: Uint8Array;
}

/** Rows of a first look; the following ones go by what the rows turned out to hold. */
const FIRST_ROWS = 4;
const MOST_ROWS = 512;

/** Reads on in a shard, row by row and no further than is asked for. */
export class RecordReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param keptSinceMs records that came before have expired, whether they are still there or not */
  async read(
    shard: ShardKey,
    afterPlace: number,
    limits: StreamReadLimits,
    keptSinceMs: number,
  ): Promise<ShardRead> {
    const taker = new Taker(afterPlace, limits);
    let count = FIRST_ROWS;
    for (;;) {
      const rows = await this.#rows(shard, taker.lastPlace, count);
      const [first] = rows;
      if (first !== undefined && first.arrived_at_ms < keptSinceMs) {
        taker.lastPlace = Math.max(first.last_place, await this.#lastBefore(shard, keptSinceMs));
        continue;
      }
      const unread = rows.find((row) => !taker.take(row));
      if (unread !== undefined || rows.length < count) return taker.result(unread?.arrived_at_ms);
      if (taker.isFull) return taker.result(await this.#nextArrival(shard, taker.lastPlace));
      count = taker.rowsToAskFor();
    }
  }

  /** The last place that is taken, 0 in a shard without records. Undefined when there is no such shard. */
  async lastPlace({ streamId, shard }: ShardKey): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('kinesis_shards')
      .select('next_place')
      .where('stream_id', '=', streamId)
      .where('number', '=', shard)
      .executeTakeFirst();
    return row && row.next_place - 1;
  }

  /** The place before the first record that came at this time or later; undefined when none did. */
  async placeBefore(shard: ShardKey, arrivedAtMs: number): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('kinesis_records')
      .select(['last_place', 'records'])
      .where('stream_id', '=', shard.streamId)
      .where('shard', '=', shard.shard)
      .where('arrived_at_ms', '>=', arrivedAtMs)
      .orderBy('arrived_at_ms')
      .orderBy('last_place')
      .limit(1)
      .executeTakeFirst();
    return row && row.last_place - row.records;
  }

  async #rows({ streamId, shard }: ShardKey, afterPlace: number, count: number): Promise<Row[]> {
    return await this.#store.db
      .selectFrom('kinesis_records')
      .select(['last_place', 'records', 'arrived_at_ms', 'contents'])
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .where('last_place', '>', afterPlace)
      .orderBy('last_place')
      .limit(count)
      .execute();
  }

  async #lastBefore({ streamId, shard }: ShardKey, arrivedAtMs: number): Promise<number> {
    const row = await this.#store.db
      .selectFrom('kinesis_records')
      .select('last_place')
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .where('arrived_at_ms', '<', arrivedAtMs)
      .orderBy('arrived_at_ms', 'desc')
      .orderBy('last_place', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.last_place ?? 0;
  }

  async #nextArrival({ streamId, shard }: ShardKey, afterPlace: number): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('kinesis_records')
      .select('arrived_at_ms')
      .where('stream_id', '=', streamId)
      .where('shard', '=', shard)
      .where('last_place', '>', afterPlace)
      .orderBy('last_place')
      .limit(1)
      .executeTakeFirst();
    return row?.arrived_at_ms;
  }
}

/** Takes records out of rows until it has what was asked for. */
class Taker {
  lastPlace: number;
  readonly #limits: StreamReadLimits;
  readonly #records: PlacedRecord[] = [];
  #bytes = 0;
  #rows = 0;

  constructor(afterPlace: number, limits: StreamReadLimits) {
    this.lastPlace = afterPlace;
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#records.length >= this.#limits.mostRecords || this.#bytes >= this.#limits.mostBytes;
  }

  /** False when it leaves something of the row. */
  take({ last_place: last, records, arrived_at_ms: arrivedAtMs, contents }: Row): boolean {
    const skip = Math.max(0, this.lastPlace - (last - records));
    this.#rows += 1;
    for (const record of recordsOf(contents, skip)) {
      if (!this.#hasRoomFor(recordBytes(record))) return false;
      this.lastPlace = Math.max(this.lastPlace, last - records) + 1;
      this.#records.push({ ...record, place: this.lastPlace, arrivedAtMs });
      this.#bytes += recordBytes(record);
    }
    return true;
  }

  /** As many as may still be needed, should they be as the others were. */
  rowsToAskFor(): number {
    const { mostRecords, mostBytes } = this.#limits;
    const perRow = Math.max(1, this.#records.length / this.#rows);
    const bytesPerRow = Math.max(1, this.#bytes / this.#rows);
    const rows = Math.min(
      (mostRecords - this.#records.length) / perRow,
      (mostBytes - this.#bytes) / bytesPerRow,
    );
    return Math.min(MOST_ROWS, Math.max(1, Math.ceil(rows)));
  }

  result(unreadSinceMs: number | undefined): ShardRead {
    return { records: this.#records, lastPlace: this.lastPlace, unreadSinceMs };
  }

  #hasRoomFor(bytes: number): boolean {
    const { mostRecords, mostBytes } = this.#limits;
    if (this.#records.length === 0) return true;
    return this.#records.length < mostRecords && this.#bytes + bytes <= mostBytes;
  }
}
