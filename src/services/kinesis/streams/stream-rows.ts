import type { Kysely, Transaction } from 'kysely';
import type { StreamStatus } from '../../../model/stream-ports.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { inUse, streamNotFound, theStream } from '../kinesis-errors.ts';
import type { NewShard, Resharding } from '../shards/reshard.ts';
import { storedStreamOf, type StoredStream, type StreamDefinition, type StreamRow } from './stored-stream.ts';
import { streamArn, type StreamName } from './stream-name.ts';

export type Tx = Transaction<Database>;

/** Rows of one statement. */
const CHUNK = 200;

function selectStream(db: Kysely<Database>, stream: StreamName) {
  return db
    .selectFrom('kinesis_streams')
    .selectAll()
    .where('account_id', '=', stream.accountId)
    .where('region', '=', stream.region)
    .where('name', '=', stream.name);
}

/** A stream with its shards and consumers. */
export async function findStream(
  db: Kysely<Database>,
  stream: StreamName,
): Promise<StoredStream | undefined> {
  const row = await selectStream(db, stream).executeTakeFirst();
  return row === undefined ? undefined : await withParts(db, row);
}

async function withParts(db: Kysely<Database>, row: StreamRow): Promise<StoredStream> {
  const [shards, consumers] = await Promise.all([
    db.selectFrom('kinesis_shards').selectAll().where('stream_id', '=', row.id).orderBy('number').execute(),
    db.selectFrom('kinesis_consumers').selectAll().where('stream_id', '=', row.id).orderBy('name').execute(),
  ]);
  return storedStreamOf(row, shards, consumers);
}

/** For `announce`; without a value the stream is gone. */
export function streamChange(stream: StreamName, value?: StoredStream): Change {
  const key = streamArn(stream);
  const change = { kind: 'kinesis-stream', key };
  return value === undefined ? change : { ...change, value, shared: null };
}

/** What changes of a stream beside its consumers. */
export interface StreamUpdate {
  readonly status?: StreamStatus;
  readonly definition?: Partial<StreamDefinition>;
  readonly resharding?: Resharding;
}

/**
 * Reads a stream, decides and writes in one transaction, and announces the stream as it is then. On PostgreSQL other
 * platforms wait with their changes until this one is written.
 * @param decide throws to refuse; may change consumers by itself
 * @throws ResourceNotFoundException
 */
export async function changeStream(
  store: Store,
  stream: StreamName,
  decide: (before: StoredStream, tx: Tx) => Promise<StreamUpdate> | StreamUpdate,
): Promise<StoredStream> {
  return await store.write(async (tx, announce) => {
    const row = await selectStream(tx, stream)
      .$if(store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) throw streamNotFound(stream);
    const before = await withParts(tx, row);
    const update = await decide(before, tx);
    const changed = await tx
      .updateTable('kinesis_streams')
      .set({
        status: update.status ?? before.status,
        definition: JSON.stringify({ ...before.definition, ...update.definition }),
        next_shard: before.nextShard + (update.resharding?.opened.length ?? 0),
      })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (update.resharding !== undefined) await reshard(tx, before.id, update.resharding);
    const after = await withParts(tx, changed);
    announce(streamChange(stream, after));
    return after;
  });
}

/** Most changes want a stream that is ACTIVE, and leave it UPDATING until they are settled. */
export async function updateStream(
  store: Store,
  stream: StreamName,
  decide: (before: StoredStream) => StreamUpdate,
): Promise<StoredStream> {
  return await changeStream(store, stream, (before) => {
    requireActive(before);
    return { status: 'UPDATING', ...decide(before) };
  });
}

/** @throws ResourceInUseException */
export function requireActive(stream: StoredStream): void {
  if (stream.status === 'ACTIVE') return;
  throw inUse(`${theStream(stream)} not ACTIVE, instead in state ${stream.status}`);
}

/** Closed shards keep their next place: it is behind their last record. */
async function reshard(tx: Tx, streamId: number, { closed, opened }: Resharding): Promise<void> {
  const closedAtMs = opened[0]?.openedAtMs;
  if (closedAtMs === undefined) return;
  for (let next = 0; next < closed.length; next += CHUNK) {
    await tx
      .updateTable('kinesis_shards')
      .set({ closed_at_ms: closedAtMs })
      .where('stream_id', '=', streamId)
      .where('number', 'in', closed.slice(next, next + CHUNK))
      .execute();
  }
  await insertShards(tx, streamId, opened);
}

export async function insertShards(tx: Tx, streamId: number, shards: readonly NewShard[]): Promise<void> {
  const rows = shards.map((shard) => ({
    stream_id: streamId,
    number: shard.number,
    start_hash: shard.start,
    end_hash: shard.end,
    parent: shard.parent ?? null,
    adjacent_parent: shard.adjacentParent ?? null,
    opened_at_ms: shard.openedAtMs,
    epoch: shard.epoch,
    next_place: 1,
    closed_at_ms: shard.closedAtMs ?? null,
  }));
  for (let next = 0; next < rows.length; next += CHUNK) {
    await tx
      .insertInto('kinesis_shards')
      .values(rows.slice(next, next + CHUNK))
      .execute();
  }
}
