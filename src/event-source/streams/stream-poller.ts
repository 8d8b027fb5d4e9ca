import type { DestinationTargets } from '../../model/destination-target.ts';
import { targetService } from '../../model/destination-target.ts';
import { traceHeader as newTraceHeader } from '../../invoke/trace-id.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { StoredMapping } from '../../model/stored-event-source-mapping.ts';
import type { StreamDescription, StreamPosition, StreamShard } from '../../model/stream-ports.ts';
import type { Poller } from '../poller.ts';
import { recordFilter } from '../record-filter.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { failureRecord, type GivenUp } from './failure-record.ts';
import { isExpired, newCheckpoint, type ShardCheckpoint } from './shard-checkpoint.ts';
import { ShardWorker, type ShardWorkerOptions } from './shard-worker.ts';
import type { FailureRules } from './stream-decision.ts';
import { waitForWake } from './wait-for-wake.ts';

type Shared = Pick<ShardWorkerOptions, 'clock' | 'streams' | 'door' | 'report' | 'format' | 'meter'>;

export interface StreamPollerOptions extends Shared {
  readonly checkpoints: CheckpointStore;
  readonly targets: DestinationTargets;
  /** Of the function; undefined: it is gone. */
  readonly roleArn: () => string | undefined;
  readonly onProblem: (problem: string | undefined) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** Polls a stream for a mapping: a worker for each shard whose parents are done with. */
export class StreamPoller implements Poller {
  readonly #mapping: StoredMapping;
  readonly #arn: string;
  readonly #options: StreamPollerOptions;
  readonly #workers = new Map<string, ShardWorker>();
  readonly #stopping = new AbortController();
  #checkpoints = new Map<string, ShardCheckpoint>();
  /** What it does beside its workers' work, one thing after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(mapping: StoredMapping, options: StreamPollerOptions) {
    this.#mapping = mapping;
    this.#arn = mapping.settings.EventSourceArn ?? '';
    this.#options = options;
  }

  /** What LATEST means is settled when this resolves, if the stream is there. */
  async start(): Promise<void> {
    const isOpen = await this.#tried(async () => await this.#open());
    if (!isOpen) this.#then(async () => await this.#insist(async () => await this.#open()));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    await Promise.all([...this.#workers.values()].map(async (worker) => await worker.stop()));
  }

  async #open(): Promise<void> {
    const stream = await this.#described();
    const { checkpoints } = this.#options;
    this.#checkpoints = await checkpoints.read(this.#mapping);
    if (this.#checkpoints.size === 0) {
      const starts = await Promise.all(
        stream.shards.map(async (shard) => [shard.shardId, await this.#startOf(shard)] as const),
      );
      this.#checkpoints = new Map(starts);
      await checkpoints.add(this.#mapping, this.#checkpoints);
    }
    await this.#forgetExpired(stream);
    this.#begin(stream);
  }

  /**
   * Shards go when their records have expired, read or not. Children of one that was never read to its end, where they
   * would have been heard of, are read all the same.
   */
  async #forgetExpired({ shards }: StreamDescription): Promise<void> {
    const expired = [...this.#checkpoints.keys()].filter(
      (shardId) => !this.#workers.has(shardId) && isExpired(shards, shardId),
    );
    const orphans = shards.filter(
      ({ parentShardIds: parents }) =>
        parents.length > 0 &&
        parents.every((parent) => !this.#workers.has(parent) && isExpired(shards, parent)),
    );
    await this.#add(orphans.map(({ shardId }) => shardId));
    await this.#options.checkpoints.forget(this.#mapping, expired);
    for (const shardId of expired) this.#checkpoints.delete(shardId);
  }

  /** Shards that are read from their beginning. */
  async #add(shardIds: readonly string[]): Promise<void> {
    const fresh = shardIds.filter((shardId) => !this.#checkpoints.has(shardId));
    const added = new Map(fresh.map((shardId) => [shardId, newCheckpoint({ kind: 'TRIM_HORIZON' })]));
    await this.#options.checkpoints.add(this.#mapping, added);
    for (const [shardId, checkpoint] of added) this.#checkpoints.set(shardId, checkpoint);
  }

  async #described(): Promise<StreamDescription> {
    const stream = await this.#options.streams.describe(this.#arn);
    if (stream === undefined) throw new Error(`Stream not found: ${this.#arn}`);
    if (stream.status === 'CREATING') throw new Error(`The stream is not active yet: ${this.#arn}`);
    return stream;
  }

  /** Where reading a shard begins that was there before the mapping. */
  async #startOf(shard: StreamShard): Promise<ShardCheckpoint> {
    const { StartingPosition: kind } = this.#mapping.settings;
    if (kind === 'AT_TIMESTAMP') {
      return newCheckpoint({ kind, atMs: this.#mapping.startingPositionTimestampMs ?? 0 });
    }
    if (kind !== 'LATEST') return newCheckpoint({ kind: 'TRIM_HORIZON' });
    const latest: StreamPosition = { kind };
    if (shard.endingSequenceNumber !== undefined) return { ...newCheckpoint(latest), hasEnded: true };
    const limits = { mostRecords: 1, mostBytes: 1 };
    const { lastSequenceNumber } = await this.#options.streams.read(this.#arn, shard.shardId, latest, limits);
    return newCheckpoint({ kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: lastSequenceNumber });
  }

  /** Starts what can be read now: shards whose parents are done with. */
  #begin(stream: StreamDescription): void {
    if (this.#stopping.signal.aborted) return;
    const there = new Set(stream.shards.map(({ shardId }) => shardId));
    for (const { shardId, parentShardIds } of stream.shards) {
      const checkpoint = this.#checkpoints.get(shardId);
      // One that is there and has no checkpoint waits for parents of its own.
      const isNext = parentShardIds.every(
        (parent) => !there.has(parent) || this.#checkpoints.get(parent)?.hasEnded === true,
      );
      if (checkpoint === undefined || checkpoint.hasEnded || !isNext || this.#workers.has(shardId)) continue;
      const worker = new ShardWorker(shardId, checkpoint, this.#workerOptions(stream));
      this.#workers.set(shardId, worker);
      worker.start();
    }
  }

  #workerOptions({ retentionMs, streamArn }: StreamDescription): ShardWorkerOptions {
    const { checkpoints, onProblem, report } = this.#options;
    const { settings } = this.#mapping;
    return {
      ...this.#options,
      mapping: this.#mapping,
      filter: recordFilter(settings),
      reportsFailures: settings.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
      rules: failureRules(this.#mapping, retentionMs),
      onProblem: (problem) => {
        onProblem(problem);
        if (problem !== undefined) report(`PROBLEM: ${problem}`);
      },
      save: async (shardId, checkpoint) => {
        await checkpoints.save(this.#mapping, shardId, checkpoint);
        this.#checkpoints.set(shardId, checkpoint);
      },
      giveUp: async (shardId, givenUp) => await this.#giveUp(streamArn, shardId, givenUp),
      onEnded: (shardId, children) =>
        this.#then(async () => await this.#insist(async () => await this.#goOn(shardId, children))),
    };
  }

  /** A shard is done with: its children are next. */
  async #goOn(shardId: string, childShardIds: readonly string[]): Promise<void> {
    const worker = this.#workers.get(shardId);
    // Nothing is saved behind the end.
    await worker?.stop();
    await this.#add(childShardIds);
    const before = worker?.checkpoint ?? this.#checkpoints.get(shardId);
    const ended = { ...(before ?? newCheckpoint({ kind: 'TRIM_HORIZON' })), hasEnded: true };
    await this.#options.checkpoints.save(this.#mapping, shardId, ended);
    this.#checkpoints.set(shardId, ended);
    this.#options.meter.forget(shardId);
    this.#workers.delete(shardId);
    const stream = await this.#described();
    await this.#forgetExpired(stream);
    this.#begin(stream);
  }

  async #giveUp(streamArn: string, shardId: string, givenUp: GivenUp): Promise<void> {
    const { targets, roleArn, clock, format, onProblem, meter } = this.#options;
    const { functionArn, accountId, settings, uuid } = this.#mapping;
    const targetArn = settings.DestinationConfig?.OnFailure?.Destination;
    const target = targetArn === undefined ? undefined : targets[targetService(targetArn)];
    if (targetArn === undefined || target === undefined) return;
    const withPayload = targetService(targetArn) === 's3';
    const place = { functionArn, streamArn, shardId, format, withPayload };
    const body = failureRecord(givenUp, place, clock.now());
    const objectPrefix = `aws/lambda/${uuid}/${shardId}`;
    const traceHeader =
      givenUp.outcome?.kind === 'answered'
        ? givenUp.outcome.answer.traceId
        : newTraceHeader(undefined, clock.now());
    try {
      await target.send({ targetArn, accountId, roleArn: roleArn(), body, traceHeader, objectPrefix });
      meter.add('onFailureDestinationDeliveredEventCount', givenUp.records.length);
    } catch (error) {
      // Another error may pass, and settling is tried again.
      if (!(error instanceof ServiceError)) throw error;
      onProblem(`A record of failure could not be delivered to ${targetArn}: ${error.message}`);
    }
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work);
  }

  /** Again and again until it succeeds or the poller is to stop. */
  async #insist(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      if (await this.#tried(work)) return;
      await waitForWake(this.#options.clock, pauseMs, signal, () => undefined);
    }
  }

  async #tried(work: () => Promise<void>): Promise<boolean> {
    try {
      const working = work();
      this.#options.clock.during(working);
      await working;
      return true;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#options.onProblem(problem);
      this.#options.report(`PROBLEM: ${problem}`);
      return false;
    }
  }
}

function failureRules({ settings }: StoredMapping, retentionMs: number): FailureRules {
  const ageSeconds = settings.MaximumRecordAgeInSeconds ?? -1;
  return {
    maximumRetries: settings.MaximumRetryAttempts ?? -1,
    maximumAgeMs: ageSeconds === -1 ? retentionMs : Math.min(retentionMs, ageSeconds * 1000),
    bisects: settings.BisectBatchOnFunctionError === true,
  };
}
