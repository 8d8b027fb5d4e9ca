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
import { type RequestToken, UsedTokens } from './request-tokens.ts';
import { type ItemChange, type ItemPlace, placeName, readItems, writeItems } from './item-rows.ts';

/** What a write does to one item. */
export interface ItemWrite extends ItemPlace {
  /**
   * The item as it shall be, from the item as it is; undefined: not there. The same object changes nothing. Throws ServiceError to
   * refuse. May be asked more than once.
   */
  readonly decide: (before: Item | undefined) => Item | undefined;
  /** What it deletes has expired. */
  readonly isExpiry?: true;
}

interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** A stream has more records, on disk. */
  readonly onRecords: (streamId: string) => void;
  /** An item expires then. */
  readonly onExpiring: (atMs: number) => void;
}

export interface Written {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** One answer for each write of a transaction: what was done, or why nothing was. */
export type Outcome = readonly (Written | ServiceError | undefined)[];

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
    const [outcome] = await this.#writes.add({ writes: [write], token: undefined });
    if (outcome === undefined || outcome instanceof ServiceError) throw outcome ?? tableIsGone();
    this.#tell(write, outcome);
    return outcome;
  }

  /**
   * All or nothing: when one is refused the others' outcomes are undefined, or refusals too. What was done under the token
   * before is not done again.
   */
  async transact(writes: readonly ItemWrite[], token: RequestToken): Promise<Outcome> {
    const outcome = await this.#writes.add({ writes, token });
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
    const outcomes = all.map(({ writes, token }) => {
      const earlier = token && tokens.earlier(token);
      if (earlier instanceof ServiceError) return writes.map(() => earlier);
      if (earlier === 'done') return writes.map((write) => unchanged(current.get(placeName(write))));
      const outcome = decideAll(writes, current, tables);
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

interface Entry {
  readonly writes: readonly ItemWrite[];
  readonly token: RequestToken | undefined;
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

/** As an item that is not there any more since its table is gone. */
function tableIsGone(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'Requested resource not found');
}

function decideAll(
  writes: readonly ItemWrite[],
  current: Map<string, Item | undefined>,
  tables: ReadonlySet<string>,
): Outcome {
  const outcomes = writes.map((write) => {
    const before = current.get(placeName(write));
    try {
      if (!tables.has(write.table.id)) throw tableIsGone();
      return { before, after: write.decide(before) };
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  });
  if (outcomes.some((outcome) => outcome instanceof ServiceError)) {
    return outcomes.map((outcome) => (outcome instanceof ServiceError ? outcome : undefined));
  }
  for (const [index, write] of writes.entries()) {
    const outcome = outcomes[index];
    if (outcome !== undefined && !(outcome instanceof ServiceError)) {
      current.set(placeName(write), outcome.after);
    }
  }
  return outcomes;
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
