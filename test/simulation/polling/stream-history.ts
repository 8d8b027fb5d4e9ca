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
  isDone: boolean;
  isGivenUp: boolean;
  isSettled: boolean;
}

interface StreamEvent {
  readonly Records: readonly { readonly kinesis: { readonly sequenceNumber: string } }[];
  readonly shardId?: string;
  readonly window?: { readonly start: string };
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
  /** By shard: the window that is open on disk. */
  readonly #open = new Map<string, number>();
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
  }

  async make(): Promise<StoredMapping> {
    await this.#world.makeStream(this.name);
    await this.#world.makeQueue(this.failuresArn, undefined);
    const mapping = this.#world.newMapping(this.name, 'kinesis', this.streamArn, {
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: this.#reports ? ['ReportBatchItemFailures'] : [],
      TumblingWindowInSeconds: this.hasWindows ? 10 : 0,
      DestinationConfig: { OnFailure: { Destination: this.failuresArn } },
      ...this.#change(),
    });
    this.uuid = mapping.uuid;
    return mapping;
  }

  /** One random thing happens. */
  async step(): Promise<void> {
    const drawn = this.#chance.below(12);
    if (drawn < 8) await this.#putSome(1 + this.#chance.below(12));
    else if (drawn < 9) await this.#world.reshard(this.name, this.#chance);
    else if (drawn < 11) await this.#world.update(this.name, (before) => ({ ...before, ...this.#change() }));
    else await this.#world.toggle(this.name);
  }

  run(event: unknown, draw: (count: number) => RunResult): unknown {
    const { Records: records, ...rest } = event as StreamEvent;
    const found = records.map(({ kinesis }) => this.#put.get(kinesis.sequenceNumber));
    for (const [index, record] of found.entries()) this.#checkDelivery(record, found.slice(0, index));
    if (rest.isFinalInvokeForWindow === true && this.#closed.has(windowName(rest)))
      this.problems.push(`the window ${windowName(rest)} was closed again`);
    const result = draw(found.length);
    const failsFrom = result.kind === 'partial' && this.#reports ? Math.min(...result.failed) : Infinity;
    for (const [index, record] of found.entries()) {
      if (record !== undefined && result.kind !== 'error' && index < failsFrom) record.isDone = true;
    }
    const count = (rest.state?.count ?? 0) + Math.min(found.length, failsFrom);
    if (rest.isFinalInvokeForWindow === true && result.kind === 'success')
      this.#counts.set(windowName(rest), count);
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
      if (!record.isDone && !record.isGivenUp)
        this.problems.push(`${record.sequenceNumber} was settled before it was processed`);
    }
    if (!this.hasWindows) return;
    const startMs = checkpoint.windows[0]?.startMs;
    const before = this.#open.get(shardId);
    if (before !== undefined && before !== startMs) {
      const closed = `${shardId} ${before}`;
      this.#closed.set(closed, (this.#closed.get(closed) ?? 0) + 1);
      if (this.#closed.get(closed) !== 1) this.problems.push(`the window ${closed} was closed twice`);
    }
    if (startMs === undefined) this.#open.delete(shardId);
    else this.#open.set(shardId, startMs);
  }

  failed(body: string): void {
    const { KinesisBatchInfo: batch } = JSON.parse(body) as FailedBatch;
    for (const record of this.#put.values()) {
      const isWithin =
        record.shardId === batch.shardId &&
        compareSequenceNumbers(record.sequenceNumber, batch.startSequenceNumber) >= 0 &&
        compareSequenceNumbers(record.sequenceNumber, batch.endSequenceNumber) <= 0;
      if (isWithin) record.isGivenUp = true;
    }
  }

  async missing(): Promise<readonly string[]> {
    const left = [...this.#put.values()].filter((record) => !record.isDone && !record.isGivenUp);
    const open = [...this.#open].map(([shardId, startMs]) => `window ${shardId} ${startMs}`);
    return [...left.map(({ sequenceNumber }) => sequenceNumber), ...open];
  }

  /** Every record was counted in one window, and in one only. */
  checkEnd(): void {
    if (!this.hasWindows) return;
    const counted = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const settled = [...this.#put.values()].filter(({ isSettled }) => isSettled).length;
    if (counted !== settled) this.problems.push(`${counted} records were counted of ${settled}`);
  }

  #checkDelivery(record: Put | undefined, before: readonly (Put | undefined)[]): void {
    if (record === undefined) return void this.problems.push('a record came that nobody has put');
    if (record.isSettled) this.problems.push(`${record.sequenceNumber} came after it was settled`);
    for (const other of this.#put.values()) {
      const isAhead = other.partitionKey === record.partitionKey && other.place < record.place;
      if (isAhead && !other.isDone && !other.isGivenUp && !before.includes(other))
        this.problems.push(`${record.sequenceNumber} came ahead of ${other.sequenceNumber}`);
    }
  }

  async #putSome(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const partitionKey = this.#chance.pick(KEYS);
      const place = this.#put.size;
      const { shardId, sequenceNumber } = await this.#world.put(this.streamArn, partitionKey);
      const fresh = { isDone: false, isGivenUp: false, isSettled: false };
      this.#put.set(sequenceNumber, { shardId, sequenceNumber, partitionKey, place, ...fresh });
    }
  }

  #change(): MappingSettings {
    const settings = {
      BatchSize: 1 + this.#chance.below(10),
      MaximumBatchingWindowInSeconds: this.#chance.below(2),
      BisectBatchOnFunctionError: this.#chance.is(0.5),
    };
    // What is given up is in no window's count, and lanes have windows of their own.
    if (this.hasWindows) return { ...settings, ParallelizationFactor: 1, MaximumRetryAttempts: -1 };
    return {
      ...settings,
      ParallelizationFactor: this.#chance.pick([1, 1, 2, 5]),
      MaximumRetryAttempts: this.#chance.pick([-1, 1, 3]),
      MaximumRecordAgeInSeconds: this.#chance.pick([-1, -1, 120]),
    };
  }
}

/** As checkpoints name it. */
function windowName({ shardId, window }: Omit<StreamEvent, 'Records'>): string {
  return `${shardId} ${Date.parse(window?.start ?? '')}`;
}
