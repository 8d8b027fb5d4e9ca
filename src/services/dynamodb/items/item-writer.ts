import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import { expiryOf } from '../expiry/expiry-rows.ts';
import { appendOutgoing, lastOutgoing } from '../destinations/outgoing-rows.ts';
import { appendRecords, lastSequences } from '../streams/stream-rows.ts';
import { countContents, partOf } from '../tables/table-contents.ts';
import { lockForWrites } from '../tables/table-locks.ts';
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
import { currentDefinitions, putOnCurrentTables } from './current-tables.ts';
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
    const entry: Entry = { writes: [write], token: undefined, taken: [] };
    const [outcome] = await this.#writes.add(entry);
    if (outcome === undefined || outcome instanceof ServiceError) throw outcome ?? tableIsGone();
    this.#tell(entry, [outcome]);
    return outcome;
  }

  /**
   * All or nothing: when one is refused the others' outcomes are undefined, or refusals too. What was done under the token
   * before is not done again.
   */
  async transact(writes: readonly ItemWrite[], token: RequestToken): Promise<Outcome> {
    const entry: Entry = { writes, token, taken: [] };
    const outcome = await this.#writes.add(entry);
    this.#tell(entry, outcome);
    return outcome;
  }

  #tell({ writes }: Entry, outcomes: Outcome): void {
    for (const [index, { table }] of writes.entries()) {
      const outcome = outcomes[index];
      const { definition } = table;
      if (outcome === undefined || outcome instanceof ServiceError) continue;
      if (definition.stream !== undefined) this.#options.onRecords(definition.stream.id);
      if (definition.destination !== undefined) this.#options.onOutgoing(definition.destination.id);
      const expiresAtMs = outcome.after && expiryOf(definition, outcome.after);
      if (typeof expiresAtMs === 'number') this.#options.onExpiring(expiresAtMs);
    }
  }

  async #write(tx: Tx, all: readonly Entry[]): Promise<Outcome[]> {
    const { store, clock } = this.#options;
    const asked = uniquePlaces(all);
    const tableIds = new Set(asked.map(({ table }) => table.id));
    const wanted = all.flatMap(({ token }) => token ?? []);
    // All statements at once: they run in this order, and travel together.
    const [, tables, stored, tokens, known] = await Promise.all([
      lockForWrites(tx, store.engine, tableIds, [...asked.map(placeName), ...wanted.map(({ id }) => id)]),
      currentDefinitions(tx, tableIds),
      readItems(tx, asked),
      UsedTokens.read(tx, wanted),
      lastNumbers(tx, asked, store.engine),
    ]);
    const isChanged = putOnCurrentTables(all, tables);
    const places = isChanged ? uniquePlaces(all) : asked;
    const last = isChanged ? await lastNumbers(tx, places, store.engine) : known;
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
        const number = last.streams.get(streamId);
        if (number !== undefined) await appendRecords(tx, streamId, number, ofStream);
      }),
      ...[...outgoing].map(async ([destinationId, ofDestination]) => {
        const number = last.destinations.get(destinationId);
        if (number !== undefined) await appendOutgoing(tx, destinationId, number, ofDestination);
      }),
    ]);
    return outcomes;
  }

  #decide(
    entry: Entry,
    current: Map<string, Item | undefined>,
    tables: ReadonlyMap<string, unknown>,
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
}

function unchanged(item: Item | undefined): Written {
  return { before: item, after: item };
}

function uniquePlaces(all: readonly Entry[]): ItemPlace[] {
  const unique = new Map<string, ItemPlace>();
  for (const { writes } of all) {
    for (const { table, key } of writes) unique.set(placeName({ table, key }), { table, key });
  }
  return [...unique.values()];
}

/** The numbers of the newest records, of the tables' streams and of what leaves for their destinations. */
async function lastNumbers(tx: Tx, places: readonly ItemPlace[], engine: Store['engine']) {
  const definitions = places.map(({ table: { definition } }) => definition);
  const streamIds = new Set(definitions.flatMap(({ stream }) => stream?.id ?? []));
  const destinationIds = new Set(definitions.flatMap(({ destination }) => destination?.id ?? []));
  const [streams, destinations] = await Promise.all([
    lastSequences(tx, [...streamIds], engine),
    lastOutgoing(tx, [...destinationIds], engine),
  ]);
  return { streams, destinations };
}
