import { sql, type SqlBool, type Transaction } from 'kysely';
import type { MappingKey } from '../../model/stored-event-source-mapping.ts';
import { BatchedWrites } from '../../store/batched-writes.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { ShardCheckpoint } from './shard-checkpoint.ts';

interface Entry {
  readonly key: MappingKey;
  readonly shardId: string;
  readonly checkpoint: ShardCheckpoint;
  /** Not where there is one already. */
  readonly isNew: boolean;
}

/** How far mappings are with their shards, on disk; all that is written at one moment shares a transaction. */
export class CheckpointStore {
  readonly #store: Store;
  readonly #owner: string;
  readonly #writes: BatchedWrites<Entry, boolean>;

  /** @param owner the platform that polls: nobody else writes */
  constructor(store: Store, owner: string) {
    this.#store = store;
    this.#owner = owner;
    this.#writes = new BatchedWrites({
      store,
      size: ({ checkpoint }) =>
        checkpoint.windows.reduce((sum, open) => sum + (open?.state.length ?? 0), 256),
      write: async (tx, entries) => await this.#write(tx, entries),
    });
  }

  async read({ accountId, region, uuid }: MappingKey): Promise<Map<string, ShardCheckpoint>> {
    const rows = await this.#store.db
      .selectFrom('lambda_mapping_checkpoints')
      .select(['shard_id', 'checkpoint'])
      .where('account_id', '=', accountId)
      .where('region', '=', region)
      .where('uuid', '=', uuid)
      .orderBy('shard_id')
      .execute();
    return new Map(rows.map((row) => [row.shard_id, JSON.parse(row.checkpoint) as ShardCheckpoint]));
  }

  /** Resolves when it is on disk. Rejects where another platform polls by now. */
  async save(key: MappingKey, shardId: string, checkpoint: ShardCheckpoint): Promise<void> {
    await this.#add({ key, shardId, checkpoint, isNew: false });
  }

  /** Several at once, those that are not there yet. */
  async add(key: MappingKey, checkpoints: ReadonlyMap<string, ShardCheckpoint>): Promise<void> {
    await Promise.all(
      [...checkpoints].map(async ([shardId, checkpoint]) => {
        await this.#add({ key, shardId, checkpoint, isNew: true });
      }),
    );
  }

  async forget({ uuid }: MappingKey, shardIds: readonly string[]): Promise<void> {
    if (shardIds.length === 0) return;
    await this.#store.write(async (tx) => {
      await tx
        .deleteFrom('lambda_mapping_checkpoints')
        .where('uuid', '=', uuid)
        .where('shard_id', 'in', shardIds)
        .execute();
    });
  }

  async #add(entry: Entry): Promise<void> {
    if (!(await this.#writes.add(entry))) throw new Error('Another platform polls for this mapping by now.');
  }

  async #write(tx: Transaction<Database>, entries: readonly Entry[]): Promise<readonly boolean[]> {
    const held = await this.#held(tx, [...new Set(entries.map(({ key }) => key.uuid))]);
    const rows = new Map<string, Entry>();
    for (const entry of entries) {
      const name = `${entry.key.uuid}/${entry.shardId}`;
      // Of several the last one counts.
      if (held.has(entry.key.uuid) && !(entry.isNew && rows.has(name))) rows.set(name, entry);
    }
    for (const entry of rows.values()) await upsert(tx, entry);
    return entries.map(({ key }) => held.has(key.uuid));
  }

  async #held(tx: Transaction<Database>, uuids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx
      .selectFrom('lambda_event_source_mappings')
      .select('uuid')
      .where('uuid', 'in', uuids)
      .where(sql<SqlBool>`polled_by = ${this.#owner}`)
      .$if(this.#store.engine === 'postgres', (query) => query.forShare())
      .execute();
    return new Set(rows.map(({ uuid }) => uuid));
  }
}

async function upsert(tx: Transaction<Database>, { key, shardId, checkpoint, isNew }: Entry): Promise<void> {
  const text = JSON.stringify(checkpoint);
  const { accountId: account_id, region, uuid } = key;
  await tx
    .insertInto('lambda_mapping_checkpoints')
    .values({ account_id, region, uuid, shard_id: shardId, checkpoint: text })
    .onConflict((conflict) => {
      const there = conflict.columns(['account_id', 'region', 'uuid', 'shard_id']);
      return isNew ? there.doNothing() : there.doUpdateSet({ checkpoint: text });
    })
    .execute();
}
