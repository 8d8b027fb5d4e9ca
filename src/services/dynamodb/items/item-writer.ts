import { sql } from 'kysely';
import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import { expiryOf } from '../expiry/expiry-rows.ts';
import { appendOutgoing, lastOutgoing } from '../destinations/outgoing-rows.ts';
import { appendRecords, lastSequences } from '../streams/stream-rows.ts';
import { countContents, partOf } from '../tables/table-contents.ts';
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
import { growth, memoryOf, streamedOf } from './write-effects.ts';
import { type RequestToken, UsedTokens } from './request-tokens.ts';
import { type ItemChange, type ItemPlace, placeName, readItems, writeItems } from './item-rows.ts';

interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: ThroughputLimits;
  /** A stream has more records, on disk. */
  readonly onRecords: (streamId: string) => void;
  /** There are records to be delivered, on disk. */
  readonly onOutgoing: (destinationId: string) => void;
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
  readonly #part: number;

  constructor(options: WriterOptions) {
    const { store } = options;
    this.#options = options;
    this.#part = partOf(store.engine);
    this.#writes = new BatchedWrites({
      store,
      size: ({ writes }) => writes.reduce((total, write) => total + memoryOf(write), 0),
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
    if (definition.destination !== undefined) this.#options.onOutgoing(definition.destination.id);
    const expiresAtMs = outcome.after && expiryOf(definition, outcome.after);
    if (typeof expiresAtMs === 'number') this.#options.onExpiring(expiresAtMs);
  }

  async #write(tx: Tx, all: readonly Entry[]): Promise<Outcome[]> {
    const { store, clock } = this.#options;
    const writes = all.flatMap((entry) => entry.writes);
    const places = uniquePlaces(writes);
    const wanted = all.flatMap(({ token }) => token ?? []);
    const streamIds = new Set(writes.flatMap(({ table }) => table.definition.stream?.id ?? []));
    const destinationIds = new Set(writes.flatMap(({ table }) => table.definition.destination?.id ?? []));
    // All statements at once: they run in this order, and travel together.
    const [, tables, stored, tokens, sequences, outgoingSequences] = await Promise.all([
      this.#lock(tx, [...places.map(placeName), ...wanted.map(({ id }) => id)]),
      existingTables(tx, places),
      readItems(tx, places),
      UsedTokens.read(tx, wanted),
      lastSequences(tx, [...streamIds], store.engine),
      lastOutgoing(tx, [...destinationIds], store.engine),
    ]);
    const current = new Map<string, Item | undefined>(stored);
    const outcomes = all.map((entry) => this.#decide(entry, current, tables, tokens));
    const changes: ItemChange[] = [];
    for (const place of places) {
      const name = placeName(place);
      const [before, after] = [stored.get(name), current.get(name)];
      if (before !== after) changes.push({ ...place, before, after });
    }
    const { records, outgoing } = streamedOf(all, outcomes, clock.now());
    await Promise.all([
      tokens.write(tx),
      writeItems(tx, changes),
      countContents(tx, this.#part, growth(changes)),
      ...[...records].map(async ([streamId, ofStream]) => {
        const last = sequences.get(streamId);
        if (last !== undefined) await appendRecords(tx, streamId, last, ofStream);
      }),
      ...[...outgoing].map(async ([destinationId, ofDestination]) => {
        const last = outgoingSequences.get(destinationId);
        if (last !== undefined) await appendOutgoing(tx, destinationId, last, ofDestination);
      }),
    ]);
    return outcomes;
  }

  #decide(
    entry: Entry,
    current: Map<string, Item | undefined>,
    tables: ReadonlySet<string>,
    tokens: UsedTokens,
  ): Outcome {
    const { writes, token } = entry;
    const earlier = token && tokens.earlier(token);
    if (earlier instanceof ServiceError) return writes.map(() => earlier);
    if (earlier === 'done') return writes.map((write) => unchanged(current.get(placeName(write))));
    const outcome = decideEntry(this.#options.limits, entry, current, tables);
    if (token !== undefined && !outcome.some((one) => one instanceof ServiceError)) tokens.use(token);
    return outcome;
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
