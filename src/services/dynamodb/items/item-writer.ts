import { sql } from 'kysely';
import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import { expiryOf } from '../expiry/expiry-rows.ts';
import { recordOf, type StoredRecord } from '../streams/stream-record.ts';
import { appendRecords } from '../streams/stream-rows.ts';
import type { Tx } from '../tables/table-rows.ts';
import type { Item } from '../values/attribute-value.ts';
import type { ThroughputLimits } from '../throughput/throughput-limits.ts';
import {
  decideEntry,
  type Entry,
  type ItemWrite,
  type Outcome,
  tableIsGone,
  type Written,
} from './write-decisions.ts';
import { type RequestToken, UsedTokens } from './request-tokens.ts';
import { type ItemChange, type ItemPlace, placeName, readItems, writeItems } from './item-rows.ts';

interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: ThroughputLimits;
  /** A stream has more records, on disk. */
  readonly onRecords: (streamId: string) => void;
  /** An item expires then. */
  readonly onExpiring: (atMs: number) => void;
}

/**
 * Writes items one after the other, many to a commit: a write sees all that were asked for before it, and either all items of a
 * transaction change or none does.
 */
export class ItemWriter {
  readonly #options: WriterOptions;
  readonly #writes: BatchedWrites<Entry, Outcome>;

  constructor(options: WriterOptions) {
    const { store } = options;
    this.#options = options;
    this.#writes = new BatchedWrites({
      store,
      size: ({ writes }) => writes.length * 1_000,
      write: async (tx, all) => await this.#write(tx, all),
    });
  }

  /** Resolves when the item is on disk. Throws what `decide` throws; then nothing has changed. */
  async write(write: ItemWrite): Promise<Written> {
    // What is throttled anyway does not bother the database.
    if (write.isExpiry !== true) this.#options.limits.admitWrite(write.table);
    const [outcome] = await this.#writes.add({ writes: [write], token: undefined, taken: [] });
    if (outcome === undefined || outcome instanceof ServiceError) throw outcome ?? tableIsGone();
    this.#tell(write, outcome);
    return outcome;
  }

  /**
   * All or nothing: when one is refused the others' outcomes are undefined, or refusals too. What was done under the token
   * before is not done again.
   */
  async transact(writes: readonly ItemWrite[], token: RequestToken): Promise<Outcome> {
    const outcome = await this.#writes.add({ writes, token, taken: [] });
    for (const [index, write] of writes.entries()) this.#tell(write, outcome[index]);
    return outcome;
  }

  #tell({ table: { definition } }: ItemWrite, outcome: Outcome[number]): void {
    if (outcome === undefined || outcome instanceof ServiceError) return;
    if (definition.stream !== undefined) this.#options.onRecords(definition.stream.id);
    const expiresAtMs = outcome.after && expiryOf(definition, outcome.after);
    if (typeof expiresAtMs === 'number') this.#options.onExpiring(expiresAtMs);
  }

  async #write(tx: Tx, all: readonly Entry[]): Promise<Outcome[]> {
    const places = uniquePlaces(all.flatMap(({ writes }) => writes));
    const wanted = all.flatMap(({ token }) => token ?? []);
    await this.#lock(tx, [...places.map(placeName), ...wanted.map(({ id }) => id)]);
    const tables = await existingTables(tx, places);
    const stored = await readItems(tx, places);
    const current = new Map<string, Item | undefined>(stored);
    const tokens = await UsedTokens.read(tx, wanted);
    const outcomes = all.map((entry) => {
      const { writes, token } = entry;
      const earlier = token && tokens.earlier(token);
      if (earlier instanceof ServiceError) return writes.map(() => earlier);
      if (earlier === 'done') return writes.map((write) => unchanged(current.get(placeName(write))));
      const outcome = decideEntry(this.#options.limits, entry, current, tables);
      if (token !== undefined && !outcome.some((one) => one instanceof ServiceError)) tokens.use(token);
      return outcome;
    });
    await tokens.write(tx);
    const changes: ItemChange[] = [];
    for (const place of places) {
      const name = placeName(place);
      const [before, after] = [stored.get(name), current.get(name)];
      if (before !== after) changes.push({ ...place, before, after });
    }
    await writeItems(tx, changes);
    const records = recordsOf(all, outcomes, this.#options.clock.now());
    for (const [streamId, ofStream] of records) await appendRecords(tx, streamId, ofStream);
    return outcomes;
  }

  /** Other platforms on the same database that write these items, or under these tokens, wait, in one order. */
  async #lock(tx: Tx, all: readonly string[]): Promise<void> {
    if (this.#options.store.engine === 'sqlite') return;
    const names = all.toSorted();
    await sql`select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest(${names}::text[]) as name`.execute(
      tx,
    );
  }
}

/** What streams show of what was done, each stream's in order. Streams in one order: other platforms lock them alike. */
function recordsOf(
  all: readonly Entry[],
  outcomes: readonly Outcome[],
  nowMs: number,
): [string, StoredRecord[]][] {
  const byStream = new Map<string, StoredRecord[]>();
  for (const [index, { writes }] of all.entries()) {
    for (const [at, { table, isExpiry }] of writes.entries()) {
      const outcome = outcomes[index]?.[at];
      const { stream, key } = table.definition;
      if (stream === undefined || outcome === undefined || outcome instanceof ServiceError) continue;
      const changed = { before: outcome.before, after: outcome.after, isExpired: isExpiry === true };
      const record = recordOf({ key, viewType: stream.viewType }, changed, nowMs);
      if (record !== undefined) byStream.set(stream.id, [...(byStream.get(stream.id) ?? []), record]);
    }
  }
  return [...byStream].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function unchanged(item: Item | undefined): Written {
  return { before: item, after: item };
}

function uniquePlaces(places: readonly ItemPlace[]): ItemPlace[] {
  const unique = new Map(places.map(({ table, key }) => [placeName({ table, key }), { table, key }]));
  return [...unique.values()];
}

async function existingTables(tx: Tx, places: readonly ItemPlace[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(places.map(({ table }) => table.id))];
  const rows = await tx.selectFrom('dynamodb_tables').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
