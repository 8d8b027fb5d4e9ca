import {
  compareSequenceNumbers,
  isDone,
  type ShardCheckpoint,
} from '../../../src/event-source/streams/shard-checkpoint.ts';
import type { MappingSettings, StoredMapping } from '../../../src/model/stored-event-source-mapping.ts';
import type { Chance } from '../chance.ts';
import type { PollingWorld } from './polling-world.ts';
import type { Handler, RunResult } from './scripted-function.ts';

interface Put {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly place: number;
  /** No filter lets it through. */
  readonly isFiltered: boolean;
  isDone: boolean;
  isGivenUp: boolean;
  isSettled: boolean;
}

interface StreamEvent {
  readonly Records: readonly { readonly kinesis: { readonly sequenceNumber: string } }[];
  readonly shardId?: string;
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: { readonly count?: number };
  readonly isFinalInvokeForWindow?: boolean;
}

interface FailedBatch {
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
  };
}

const KEYS = ['a', 'b', 'c', 'd'] as const;
const FILTER = { Filters: [{ Pattern: JSON.stringify({ data: { wanted: [true] } }) }] };
const WINDOW_SECONDS = 10;
const LONGER_WINDOW_SECONDS = 15;

/** A stream whose records go into a function, and everything that must be true of that. */
export class StreamHistory implements Handler {
  readonly name: string;
  readonly streamArn: string;
  readonly failuresArn: string;
  readonly hasWindows: boolean;
  readonly problems: string[] = [];
  uuid = '';
  readonly #world: PollingWorld;
  readonly #chance: Chance;
  readonly #put = new Map<string, Put>();
  readonly #reports: boolean;
  readonly #hasFilter: boolean;
  /** By shard: the window that is open on disk. */
  readonly #open = new Map<string, string>();
  readonly #closed = new Map<string, number>();
  /** What the last run that closed a window had counted. */
  readonly #counts = new Map<string, number>();

  constructor(world: PollingWorld, chance: Chance, name: string) {
    this.#world = world;
    this.#chance = chance;
    this.name = name;
    this.streamArn = `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
    this.failuresArn = `arn:aws:sqs:us-east-1:000000000000:${name}-failures`;
    this.hasWindows = chance.is(0.3);
    this.#reports = chance.is(0.6);
    this.#hasFilter = chance.is(0.3);
  }

  async make(): Promise<StoredMapping> {
    await this.#world.makeStream(this.name);
    await this.#world.makeQueue(this.failuresArn, undefined);
    const mapping = this.#world.newMapping(this.name, 'kinesis', this.streamArn, {
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: this.#reports ? ['ReportBatchItemFailures'] : [],
      TumblingWindowInSeconds: this.hasWindows ? WINDOW_SECONDS : 0,
      ...(this.#hasFilter && { FilterCriteria: FILTER }),
      DestinationConfig: { OnFailure: { Destination: this.failuresArn } },
      ...this.#change(),
    });
    this.uuid = mapping.uuid;
    return mapping;
  }

  /** One random thing happens. */
  async step(): Promise<void> {
    const drawn = this.#chance.below(13);
    if (drawn < 8) await this.#putSome(1 + this.#chance.below(12));
    else if (drawn < 10) await this.#reshard();
    else if (drawn < 12) await this.#world.update(this.name, (before) => ({ ...before, ...this.#change() }));
    else await this.#world.toggle(this.name);
  }

  run(event: unknown, draw: (count: number) => RunResult): unknown {
    const { Records: records, ...rest } = event as StreamEvent;
    const found = records.map(({ kinesis }) => this.#put.get(kinesis.sequenceNumber));
    const name = windowName(rest);
    const isFinal = rest.isFinalInvokeForWindow === true;
    const window = rest.window === undefined ? '' : ` in ${name}${isFinal ? ', finally' : ''}`;
    this.#tell(`gets ${found.map((record) => record?.place).join()}${window}`);
    for (const [index, record] of found.entries()) this.#checkDelivery(record, found.slice(0, index));
    if (isFinal && this.#closed.has(name)) this.problems.push(`the window ${name} was closed again`);
    const result = draw(found.length);
    const failsFrom = result.kind === 'partial' && this.#reports ? Math.min(...result.failed) : Infinity;
    for (const [index, record] of found.entries()) {
      if (record !== undefined && result.kind !== 'error' && index < failsFrom) record.isDone = true;
    }
    const count = (rest.state?.count ?? 0) + Math.min(found.length, failsFrom);
    if (isFinal && result.kind === 'success') this.#counts.set(name, count);
    const named = result.kind === 'partial' ? [...result.failed] : [];
    return {
      batchItemFailures: named.map((index) => ({ itemIdentifier: records[index]?.kinesis.sequenceNumber })),
      ...(rest.window !== undefined && { state: { count } }),
    };
  }

  saved(shardId: string, checkpoint: ShardCheckpoint): void {
    for (const record of this.#put.values()) {
      if (record.shardId !== shardId || record.isSettled || !isDone(checkpoint, record)) continue;
      record.isSettled = true;
      this.#tell(`has settled ${record.place}`);
      if (!record.isDone && !record.isGivenUp && !record.isFiltered)
        this.problems.push(`${record.place} was settled before it was processed`);
    }
    if (checkpoint.hasEnded) this.#tell(`has read all of ${shardId}`);
    if (!this.hasWindows) return;
    const [window] = checkpoint.windows;
    const now = window ? `${shardId} ${window.startMs}-${window.endMs}` : undefined;
    const before = this.#open.get(shardId);
    if (before !== undefined && before !== now) {
      this.#tell(`has closed ${before}`);
      this.#closed.set(before, (this.#closed.get(before) ?? 0) + 1);
      if (this.#closed.get(before) !== 1) this.problems.push(`the window ${before} was closed twice`);
    }
    if (now === undefined) this.#open.delete(shardId);
    else this.#open.set(shardId, now);
  }

  failed(body: string): void {
    const { KinesisBatchInfo: batch } = JSON.parse(body) as FailedBatch;
    for (const record of this.#put.values()) {
      const isWithin =
        record.shardId === batch.shardId &&
        compareSequenceNumbers(record.sequenceNumber, batch.startSequenceNumber) >= 0 &&
        compareSequenceNumbers(record.sequenceNumber, batch.endSequenceNumber) <= 0;
      if (isWithin) record.isGivenUp = true;
      if (isWithin) this.#tell(`has given up ${record.place}`);
    }
  }

  async missing(): Promise<readonly string[]> {
    const left = [...this.#put.values()].filter(({ isSettled }) => !isSettled);
    const open = [...this.#open.values()].map((window) => `window ${window}`);
    return [...left.map(({ place }) => String(place)), ...open];
  }

  /** Every record was counted in one window, and in one only. */
  async checkEnd(): Promise<void> {
    if (!this.hasWindows) return;
    const counted = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const settled = [...this.#put.values()].filter((record) => record.isSettled && !record.isFiltered).length;
    if (counted !== settled) this.problems.push(`${counted} records were counted of ${settled}`);
  }

  #checkDelivery(record: Put | undefined, before: readonly (Put | undefined)[]): void {
    if (record === undefined) return void this.problems.push('a record came that nobody has put');
    if (record.isSettled) this.problems.push(`${record.place} came after it was settled`);
    if (record.isFiltered) this.problems.push(`${record.place} came although no filter has it`);
    for (const other of this.#put.values()) {
      const isAhead = other.partitionKey === record.partitionKey && other.place < record.place;
      if (isAhead && !other.isDone && !other.isGivenUp && !other.isFiltered && !before.includes(other))
        this.problems.push(`${record.place} came ahead of ${other.place}`);
    }
  }

  async #putSome(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const partitionKey = this.#chance.pick(KEYS);
      const place = this.#put.size;
      const isFiltered = this.#hasFilter && this.#chance.is(0.3);
      const data = JSON.stringify({ wanted: !isFiltered });
      const { shardId, sequenceNumber } = await this.#world.put(this.streamArn, partitionKey, data);
      const fresh = { isFiltered, isDone: false, isGivenUp: false, isSettled: false };
      this.#put.set(sequenceNumber, { shardId, sequenceNumber, partitionKey, place, ...fresh });
      this.#tell(`is put ${place} ${partitionKey} into ${shardId}${isFiltered ? ' (filtered)' : ''}`);
    }
  }

  /** While records come, so that some are written at the very end of a shard. */
  async #reshard(): Promise<void> {
    await Promise.all([this.#world.reshard(this.name), this.#putSome(1 + this.#chance.below(3))]);
  }

  #tell(text: string): void {
    this.#world.trace.add(this.name, text);
  }

  #change(): MappingSettings {
    const settings = {
      BatchSize: 1 + this.#chance.below(10),
      MaximumBatchingWindowInSeconds: this.#chance.below(2),
      BisectBatchOnFunctionError: this.#chance.is(0.5),
    };
    // What is given up is in no window's count, and lanes have windows of their own.
    if (this.hasWindows) {
      const longer = this.#chance.is(0.2) && { TumblingWindowInSeconds: LONGER_WINDOW_SECONDS };
      return { ...settings, ParallelizationFactor: 1, MaximumRetryAttempts: -1, ...longer };
    }
    return {
      ...settings,
      ParallelizationFactor: this.#chance.pick([1, 1, 2, 5]),
      MaximumRetryAttempts: this.#chance.pick([-1, 1, 3]),
      MaximumRecordAgeInSeconds: this.#chance.pick([-1, -1, 120]),
    };
  }
}

/** Names a window of any length there was. */
function windowName({ shardId, window }: Omit<StreamEvent, 'Records'>): string {
  return `${shardId} ${Date.parse(window?.start ?? '')}-${Date.parse(window?.end ?? '')}`;
}
