import type { Clock } from '../../../model/clock.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import type { Tx } from '../streams/stream-rows.ts';
import { chunksOf, recordBytes, type RecordContent } from './record-chunk.ts';

/** Records for one shard, in their order. */
export interface ShardRecords {
  readonly streamId: number;
  readonly shard: number;
  readonly records: readonly RecordContent[];
}

/** The place of the first of them; undefined when the shard is closed or gone, and nothing was written. */
type FirstPlace = number | undefined;

interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** What one batch has for one shard. */
interface ShardBatch extends ShardRecords {
  readonly groups: { readonly group: ShardRecords; readonly offset: number }[];
  readonly records: RecordContent[];
}

/**
 * Writes records in batches over all shards. A shard's row gives out its places and stays locked until they are on disk,
 * so that places follow each other without gaps and are never given twice, whoever else shares the database.
 */
export class RecordJournal {
  readonly #clock: Clock;
  readonly #writes: BatchedWrites<readonly ShardRecords[], readonly FirstPlace[]>;

  constructor({ store, clock }: JournalOptions) {
    this.#clock = clock;
    this.#writes = new BatchedWrites({
      store,
      size: (groups) =>
        groups.reduce(
          (sum, { records }) => sum + records.reduce((bytes, one) => bytes + recordBytes(one), 0),
          0,
        ),
      write: (tx, entries) => this.#write(tx, entries),
    });
  }

  /** Resolves when all of it is on disk. */
  async append(groups: readonly ShardRecords[]): Promise<readonly FirstPlace[]> {
    return await this.#writes.add(groups);
  }

  async #write(
    tx: Tx,
    entries: readonly (readonly ShardRecords[])[],
  ): Promise<readonly (readonly FirstPlace[])[]> {
    const batches = batchesOf(entries.flat());
    const firsts = await Promise.all(batches.map((batch) => takePlaces(tx, batch)));
    const arrivedAtMs = this.#clock.now();
    const places = new Map<ShardRecords, FirstPlace>();
    await Promise.all(
      batches.map(async (batch, index) => {
        const first = firsts[index];
        for (const { group, offset } of batch.groups)
          places.set(group, first === undefined ? undefined : first + offset);
        if (first !== undefined) await insertRecords(tx, batch, first, arrivedAtMs);
      }),
    );
    return entries.map((groups) => groups.map((group) => places.get(group)));
  }
}

/** In one order everywhere, so that no two platforms wait for each other's shards. */
function batchesOf(groups: readonly ShardRecords[]): ShardBatch[] {
  const batches = new Map<string, ShardBatch>();
  for (const group of groups) {
    const { streamId, shard } = group;
    const key = `${streamId}/${shard}`;
    const batch = batches.get(key) ?? { streamId, shard, groups: [], records: [] };
    batches.set(key, batch);
    batch.groups.push({ group, offset: batch.records.length });
    for (const record of group.records) batch.records.push(record);
  }
  return [...batches.values()].toSorted((a, b) => a.streamId - b.streamId || a.shard - b.shard);
}

async function takePlaces(tx: Tx, { streamId, shard, records }: ShardBatch): Promise<FirstPlace> {
  const row = await tx
    .updateTable('kinesis_shards')
    .set((eb) => ({ next_place: eb('next_place', '+', records.length) }))
    .where('stream_id', '=', streamId)
    .where('number', '=', shard)
    .where('closed_at_ms', 'is', null)
    .returning('next_place')
    .executeTakeFirst();
  return row && row.next_place - records.length;
}

async function insertRecords(tx: Tx, batch: ShardBatch, first: number, arrivedAtMs: number): Promise<void> {
  let next = first;
  const rows = chunksOf(batch.records).map(({ records, bytes, contents }) => {
    next += records;
    return {
      stream_id: batch.streamId,
      shard: batch.shard,
      last_place: next - 1,
      records,
      arrived_at_ms: arrivedAtMs,
      bytes,
      contents,
    };
  });
  await Promise.all(rows.map(async (row) => await tx.insertInto('kinesis_records').values(row).execute()));
}
