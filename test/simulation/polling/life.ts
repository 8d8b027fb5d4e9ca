import { EventSources } from '../../../src/event-source/event-sources.ts';
import { FunctionDoor } from '../../../src/event-source/function-door.ts';
import { QueuePoller } from '../../../src/event-source/sqs/queue-poller.ts';
import { CheckpointStore } from '../../../src/event-source/streams/checkpoint-store.ts';
import type { ShardCheckpoint } from '../../../src/event-source/streams/shard-checkpoint.ts';
import { kinesisFormat } from '../../../src/event-source/streams/shard-record.ts';
import { StreamPoller } from '../../../src/event-source/streams/stream-poller.ts';
import type { FunctionInvoker } from '../../../src/invoke/function-invoker.ts';
import type { Clock } from '../../../src/model/clock.ts';
import type { DestinationTargets } from '../../../src/model/destination-target.ts';
import type { QueueConsumer } from '../../../src/model/queue-ports.ts';
import type { MappingKey } from '../../../src/model/stored-event-source-mapping.ts';
import type { StreamConsumer } from '../../../src/model/stream-ports.ts';
import type { Store } from '../../../src/store/store.ts';

export const FUNCTION_TIMEOUT_MS = 3000;

/** What a life is told of by its world. */
export interface Surroundings {
  readonly clock: Clock;
  readonly store: Store;
  readonly queues: QueueConsumer;
  readonly streams: StreamConsumer;
  readonly invoker: FunctionInvoker;
  readonly targets: DestinationTargets;
  /** Messages that are gone for good. */
  readonly onRemoved: (queueArn: string, receipts: readonly string[]) => Promise<void>;
  readonly onSaved: (key: MappingKey, shardId: string, checkpoint: ShardCheckpoint) => void;
  readonly onNotice: (message: string) => void;
}

/** Pollers in a process that can be killed at any instant: from then on nothing it waits for ever comes. */
export class Life {
  readonly sources: EventSources;
  readonly #death = Promise.withResolvers<never>();
  #isDead = false;
  readonly #appointments = new Set<() => void>();

  constructor(around: Surroundings) {
    // Nobody may be listening when it comes.
    this.#death.promise.catch(() => undefined);
    const clock = this.#clock(around.clock);
    const store = this.#store(around.store);
    const queues = this.#queues(around);
    const streams = this.#streams(around.streams);
    const invoker: FunctionInvoker = {
      check: (request) => around.invoker.check(request),
      invoke: async (request) => await this.#alive(around.invoker.invoke(request)),
    };
    const checkpoints = new WatchedCheckpoints(store, around.onSaved);
    const { targets, onNotice } = around;
    this.sources = new EventSources({
      store,
      owner: 'simulated',
      onNotice,
      makePoller: (mapping, report, meter) => {
        const door = new FunctionDoor(invoker, mapping.functionArn);
        const onProblem = (): void => undefined;
        if (mapping.kind !== 'kinesis') {
          const functionTimeoutMs = (): number => FUNCTION_TIMEOUT_MS;
          return new QueuePoller(mapping, { clock, queues, door, functionTimeoutMs, onProblem, meter });
        }
        const eventSourceArn = mapping.settings.EventSourceArn ?? '';
        const format = kinesisFormat({ eventSourceArn, roleArn: () => 'role' });
        return new StreamPoller(mapping, {
          meter,
          clock,
          streams,
          targets,
          door,
          onProblem,
          report,
          format,
          checkpoints,
        });
      },
    });
  }

  kill(): void {
    this.#isDead = true;
    for (const cancel of this.#appointments) cancel();
    this.#death.reject(new Error('killed'));
  }

  /** What was asked for before the end is answered; nothing after it. */
  async #alive<T>(work: Promise<T>): Promise<T> {
    const value = await work;
    if (this.#isDead) await new Promise(() => undefined);
    return value;
  }

  #clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      schedule: (delayMs, task) => {
        if (this.#isDead) return () => undefined;
        const cancel = clock.schedule(delayMs, task);
        this.#appointments.add(cancel);
        return cancel;
      },
      during: (work) => clock.during(Promise.race([work, this.#death.promise])),
    };
  }

  #store(store: Store): Store {
    const write: Store['write'] = async (work) => {
      if (this.#isDead) return await new Promise<never>(() => undefined);
      return await this.#alive(store.write(work));
    };
    return {
      ...store,
      engine: store.engine,
      db: store.db,
      blobs: store.blobs,
      changes: store.changes,
      write,
    };
  }

  #queues({ queues, onRemoved }: Surroundings): QueueConsumer {
    return {
      describe: async (arn) => await this.#alive(queues.describe(arn)),
      receive: async (arn, options) => {
        if (this.#isDead) return await new Promise<never>(() => undefined);
        return await this.#alive(queues.receive(arn, { ...options, signal: this.#signal(options.signal) }));
      },
      remove: async (arn, receipts) => {
        if (this.#isDead) return await new Promise<never>(() => undefined);
        await queues.remove(arn, receipts);
        // On disk, whether or not this life hears of it.
        await onRemoved(arn, receipts);
        await this.#alive(Promise.resolve());
      },
      changeVisibility: async (arn, receipts, seconds) => {
        if (this.#isDead) return await new Promise<never>(() => undefined);
        await this.#alive(queues.changeVisibility(arn, receipts, seconds));
      },
    };
  }

  #streams(streams: StreamConsumer): StreamConsumer {
    return {
      describe: async (arn) => await this.#alive(streams.describe(arn)),
      read: async (...request) => await this.#alive(streams.read(...request)),
      waitForMore: async (arn, shardId, sequenceNumber, signal) => {
        await this.#alive(streams.waitForMore(arn, shardId, sequenceNumber, this.#signal(signal)));
      },
    };
  }

  /** A dead receiver takes nothing more. */
  #signal(signal: AbortSignal = new AbortController().signal): AbortSignal {
    const end = new AbortController();
    signal.addEventListener('abort', () => end.abort());
    this.#death.promise.catch(() => end.abort());
    return end.signal;
  }
}

class WatchedCheckpoints extends CheckpointStore {
  readonly #onSaved: Surroundings['onSaved'];

  constructor(store: Store, onSaved: Surroundings['onSaved']) {
    super(store, 'simulated');
    this.#onSaved = onSaved;
  }

  override async save(key: MappingKey, shardId: string, checkpoint: ShardCheckpoint): Promise<void> {
    await super.save(key, shardId, checkpoint);
    this.#onSaved(key, shardId, checkpoint);
  }
}
