import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import { streamNotFound, theStream } from '../kinesis-errors.ts';
import { type HashKey, hashOf } from '../shards/hash-key.ts';
import { rescale } from '../shards/reshard.ts';
import { sequenceAt, shardId, type StoredShard } from '../shards/stored-shard.ts';
import type { StreamDirectory } from '../streams/stream-directory.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { updateStream } from '../streams/stream-rows.ts';
import { OnDemandGrowth } from './on-demand-growth.ts';
import { recordBytes, type RecordContent } from './record-chunk.ts';
import { RecordJournal, type ShardRecords } from './record-journal.ts';
import type { ShardRates } from './shard-rates.ts';
import type { ShardTails } from './shard-tails.ts';

/** A record that was checked and is to be written. */
export interface RecordDraft extends RecordContent {
  /** Decides about the shard in place of the key's own. */
  readonly hash: HashKey | undefined;
}

/** What became of a record. */
export type Written =
  | { readonly shardId: string; readonly sequenceNumber: string }
  | { readonly throttled: string };

interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly streams: StreamDirectory;
  readonly tails: ShardTails;
  readonly rates: ShardRates;
  readonly onNotice: (message: string) => void;
}

interface Routed {
  readonly index: number;
  readonly draft: RecordDraft;
  readonly shard: StoredShard;
}

/** Times records look for their shard anew, because it was closed under way. */
const ROUTES = 5;

/** Finds the shard of each record, holds it to the shard's limits, and writes it. */
export class RecordWriter {
  readonly #options: WriterOptions;
  readonly #journal: RecordJournal;
  readonly #growth: OnDemandGrowth;
  #turn = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#journal = new RecordJournal(options);
    this.#growth = new OnDemandGrowth(options.clock);
  }

  /**
   * Resolves when the records are on disk, with what became of each in its place.
   * @throws ResourceNotFoundException when the stream has gone meanwhile
   */
  async write(stream: StoredStream, drafts: readonly RecordDraft[]): Promise<Written[]> {
    const written: Written[] = [];
    const admitted = this.#admit(stream, drafts, written);
    let current = stream;
    let rest = admitted;
    for (let route = 1; rest.length > 0; route += 1) {
      rest = await this.#append(current, rest, written);
      if (rest.length === 0) break;
      // Their shards were closed, by this platform or another.
      this.#options.streams.forget(stream);
      const found = await this.#options.streams.find(stream);
      if (found?.id !== stream.id || !takesRecords(found) || route === ROUTES) throw streamNotFound(stream);
      current = found;
      rest = rest.map(({ index, draft }) => ({ index, draft, shard: this.#shardFor(found, draft) }));
    }
    this.#watch(current, drafts, admitted);
    return written;
  }

  forget(streamId: number): void {
    this.#growth.forget(streamId);
  }

  clear(): void {
    this.#growth.clear();
  }

  /** Which of the records their shards' limits let in now. */
  #admit(stream: StoredStream, drafts: readonly RecordDraft[], written: Written[]): Routed[] {
    const admitted: Routed[] = [];
    for (const [index, draft] of drafts.entries()) {
      const shard = this.#shardFor(stream, draft);
      const key = { streamId: stream.id, shard: shard.number };
      if (this.#options.rates.takeWrite(key, recordBytes(draft))) admitted.push({ index, draft, shard });
      else written[index] = { throttled: throttleMessage(stream, shard) };
    }
    return admitted;
  }

  /** @returns what found its shard closed */
  async #append(stream: StoredStream, routed: readonly Routed[], written: Written[]): Promise<Routed[]> {
    const byShard = Map.groupBy(routed, ({ shard }) => shard);
    const groups = [...byShard].map(([shard, members]) => ({
      shard,
      members,
      records: {
        streamId: stream.id,
        shard: shard.number,
        records: members.map(({ draft }) => draft),
      } satisfies ShardRecords,
    }));
    const firsts = await this.#journal.append(groups.map(({ records }) => records));
    const homeless: Routed[] = [];
    for (const [index, { shard, members, records }] of groups.entries()) {
      const first = firsts[index];
      if (first === undefined) {
        homeless.push(...members);
        continue;
      }
      this.#options.tails.hearOf(records, first + members.length - 1);
      for (const [offset, member] of members.entries())
        written[member.index] = {
          shardId: shardId(shard),
          sequenceNumber: sequenceAt(shard, first + offset),
        };
    }
    return homeless;
  }

  #shardFor({ open, definition }: StoredStream, draft: RecordDraft): StoredShard {
    if (definition.distribution === 'AUTO') {
      this.#turn = (this.#turn + 1) % open.length;
      return shardAt(open, this.#turn);
    }
    const hash = draft.hash ?? hashOf(draft.partitionKey);
    let low = 0;
    let high = open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (shardAt(open, middle).start <= hash) low = middle;
      else high = middle - 1;
    }
    return shardAt(open, low);
  }

  /** An on-demand stream gets more shards when it needs them, while its writers go on. */
  #watch(stream: StoredStream, drafts: readonly RecordDraft[], admitted: readonly Routed[]): void {
    if (stream.definition.mode !== 'ON_DEMAND') return;
    const bytes = admitted.reduce((sum, { draft }) => sum + recordBytes(draft), 0);
    const request = { records: admitted.length, bytes, throttled: drafts.length - admitted.length };
    const wanted = this.#growth.observe(stream, request);
    if (wanted !== undefined && stream.status === 'ACTIVE') void this.#grow(stream, wanted);
  }

  async #grow(stream: StoredStream, shards: number): Promise<void> {
    const { store, clock, onNotice } = this.#options;
    try {
      await updateStream(store, stream, ({ open, nextShard }) => ({
        resharding: rescale(open, shards, nextShard, clock.now()),
      }));
    } catch (error) {
      // Somebody else is changing it: the next minute shows whether it still needs more.
      onNotice(`${theStream(stream)} did not get ${shards} shards: ${String(error)}`);
    }
  }
}

/** While its shards change too. */
export function takesRecords({ status, open }: StoredStream): boolean {
  return open.length > 0 && (status === 'ACTIVE' || status === 'UPDATING');
}

function shardAt(open: readonly StoredShard[], index: number): StoredShard {
  const shard = open[index];
  if (shard === undefined) throw new Error('A stream that takes records has open shards');
  return shard;
}

function throttleMessage({ accountId, name }: StoredStream, shard: StoredShard): string {
  return `Rate exceeded for shard ${shardId(shard)} in stream ${name} under account ${accountId}.`;
}
