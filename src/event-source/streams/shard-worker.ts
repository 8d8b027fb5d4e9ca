import type { Clock } from '../../model/clock.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { StoredMapping } from '../../model/stored-event-source-mapping.ts';
import type { StreamConsumer, StreamPosition, StreamRead } from '../../model/stream-ports.ts';
import { BatchLoop, type BatchLoopOptions } from '../batch-loop.ts';
import type { ReportResult } from '../poller.ts';
import type { GivenUp } from './failure-record.ts';
import { LaneDriver } from './lane-driver.ts';
import { LaneWindow } from './lane-window.ts';
import {
  advanced,
  isDone,
  isExpired,
  laneOf,
  resumePosition,
  type ShardCheckpoint,
  withLanes,
} from './shard-checkpoint.ts';
import { ShardLane } from './shard-lane.ts';
import type { ShardRecord, StreamFormat } from './shard-record.ts';
import type { FailureRules } from './stream-decision.ts';
import { waitForWake } from './wait-for-wake.ts';

export interface ShardWorkerOptions extends Omit<BatchLoopOptions, 'batchSize' | 'windowMs' | 'filter'> {
  readonly clock: Clock;
  readonly mapping: StoredMapping;
  readonly filter: BatchLoopOptions['filter'];
  readonly streams: StreamConsumer;
  readonly format: StreamFormat;
  readonly rules: FailureRules;
  readonly report: ReportResult;
  readonly giveUp: (shardId: string, givenUp: GivenUp) => Promise<void>;
  readonly save: (shardId: string, checkpoint: ShardCheckpoint) => Promise<void>;
  /** The shard is closed and everything in it is done with. */
  readonly onEnded: (shardId: string, childShardIds: readonly string[]) => void;
}

const MOST_READ_BYTES = 6_291_456;
/** Read ahead of what is done with: records, and characters of them. */
const MOST_OPEN = 10_000;
const MOST_OPEN_SIZE = 33_554_432;
const PROBLEM_PAUSE_MS = 1_000;

/** Reads one shard, shares it out to its lanes, and remembers how far they are. */
export class ShardWorker {
  readonly #options: ShardWorkerOptions;
  readonly #shardId: string;
  readonly #arn: string;
  readonly #lanes: readonly {
    readonly lane: ShardLane;
    readonly window: LaneWindow;
    readonly loop: BatchLoop<ShardRecord>;
  }[];
  readonly #stopping = new AbortController();
  #checkpoint: ShardCheckpoint;
  #position: StreamPosition;
  #childShardIds: readonly string[] | undefined;
  #isCaughtUp = false;
  #hasTold = false;
  #wakeReader: () => void = () => undefined;
  #reading: Promise<void> | undefined;

  constructor(shardId: string, checkpoint: ShardCheckpoint, options: ShardWorkerOptions) {
    const { settings } = options.mapping;
    this.#options = options;
    this.#shardId = shardId;
    this.#arn = settings.EventSourceArn ?? '';
    this.#checkpoint = withLanes(checkpoint, settings.ParallelizationFactor ?? 1);
    this.#position = resumePosition(this.#checkpoint);
    const through = this.#checkpoint.progress[0]?.through ?? [];
    this.#lanes = through.map((reached, index) => this.#newLane(reached, index));
  }

  /** As it is to be on disk: what is being saved is in it. */
  get checkpoint(): ShardCheckpoint {
    return this.#checkpoint;
  }

  start(): void {
    for (const { loop } of this.#lanes) loop.start();
    this.#reading ??= this.#readAll();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#reading, ...this.#lanes.map(async ({ loop }) => await loop.stop())]);
  }

  #newLane(reached: string | null, index: number) {
    const { mapping, clock, rules, report, meter } = this.#options;
    const { settings } = mapping;
    const lane = new ShardLane(reached ?? undefined);
    const window = new LaneWindow(
      {
        clock,
        lengthMs: (settings.TumblingWindowInSeconds ?? 0) * 1000,
        shardId: this.#shardId,
        eventSourceArn: this.#arn,
        isCaughtUp: () => this.#isCaughtUp && !lane.hasWaiting,
        hasEnded: () => this.#childShardIds !== undefined && !lane.hasWaiting,
      },
      this.#checkpoint.windows[index] ?? undefined,
      this.#checkpoint.closedUntilMs?.[index],
    );
    const driver = new LaneDriver({
      clock,
      lane,
      window,
      rules,
      report,
      onAge: (ageMs) => meter.handOver(this.#shardId, ageMs),
      save: async () => await this.#save(),
      giveUp: async (givenUp) => {
        await this.#options.giveUp(this.#shardId, givenUp);
        meter.add('droppedEventCount', givenUp.records.length);
      },
    });
    const batchSize = settings.BatchSize ?? 100;
    const windowMs = (settings.MaximumBatchingWindowInSeconds ?? 0) * 1000;
    return { lane, window, loop: new BatchLoop({ ...this.#options, batchSize, windowMs }, driver) };
  }

  async #readAll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#childShardIds === undefined) {
      if (this.#isFull()) await this.#pause(Infinity);
      else await this.#readSome();
    }
  }

  async #readSome(): Promise<void> {
    const { streams, clock, onProblem } = this.#options;
    const mostRecords = MOST_OPEN - this.#openCount();
    const limits = { mostRecords, mostBytes: MOST_READ_BYTES };
    try {
      const work = streams.read(this.#arn, this.#shardId, this.#position, limits);
      clock.during(work);
      const read = await work;
      this.#take(read);
      if (read.records.length > 0 || read.hasEnded) return;
      await streams.waitForMore(this.#arn, this.#shardId, read.lastSequenceNumber, this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted || (await this.#hasExpired(error))) return;
      onProblem(error instanceof Error ? error.message : String(error));
      await this.#pause(PROBLEM_PAUSE_MS);
    }
  }

  #take(read: StreamRead): void {
    const { format } = this.#options;
    const shares: ShardRecord[][] = this.#lanes.map(() => []);
    for (const record of read.records) {
      if (isDone(this.#checkpoint, record)) continue;
      shares[laneOf(record.partitionKey, shares.length)]?.push(format.record(record, this.#shardId));
    }
    this.#position = { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: read.lastSequenceNumber };
    this.#isCaughtUp = read.millisBehindLatest === 0;
    for (const [index, { lane }] of this.#lanes.entries()) lane.add(shares[index] ?? []);
    if (read.hasEnded) this.#end(read.childShardIds);
  }

  #end(childShardIds: readonly string[]): void {
    this.#childShardIds = childShardIds;
    for (const { lane } of this.#lanes) lane.wake();
    this.#tellIfEnded();
  }

  /** Whether a read was refused because the shard is gone: there is nothing more to read of it then. */
  async #hasExpired(refusal: unknown): Promise<boolean> {
    if (!(refusal instanceof ServiceError) || refusal.code !== 'ResourceNotFoundException') return false;
    try {
      const stream = await this.#options.streams.describe(this.#arn);
      if (stream === undefined || !isExpired(stream.shards, this.#shardId)) return false;
    } catch {
      // It is asked again after the next read.
      return false;
    }
    this.#end([]);
    return true;
  }

  async #save(): Promise<void> {
    const position = this.#position;
    for (const { lane } of this.#lanes) {
      if (position.kind === 'AFTER_SEQUENCE_NUMBER') lane.pass(position.sequenceNumber);
    }
    const through = this.#lanes.map(({ lane }) => lane.through ?? null);
    const windows = this.#lanes.map(({ window }) => window.stored);
    const closedUntilMs = this.#lanes.map(({ window }) => window.closedUntilMs);
    this.#checkpoint = { ...advanced(this.#checkpoint, through), windows, closedUntilMs };
    await this.#options.save(this.#shardId, this.#checkpoint);
    this.#wakeReader();
    this.#tellIfEnded();
  }

  #tellIfEnded(): void {
    const isDrained = this.#openCount() === 0 && this.#lanes.every(({ window }) => !window.isOpen);
    if (this.#childShardIds === undefined || !isDrained || this.#hasTold) return;
    this.#hasTold = true;
    this.#options.onEnded(this.#shardId, this.#childShardIds);
  }

  #isFull(): boolean {
    const size = this.#lanes.reduce((sum, { lane }) => sum + lane.openSize, 0);
    return this.#openCount() >= MOST_OPEN || size >= MOST_OPEN_SIZE;
  }

  #openCount(): number {
    return this.#lanes.reduce((sum, { lane }) => sum + lane.openCount, 0);
  }

  async #pause(waitMs: number): Promise<void> {
    const { signal } = this.#stopping;
    await waitForWake(this.#options.clock, waitMs, signal, (wake) => (this.#wakeReader = wake));
  }
}
