import { EventSources } from '../../../src/event-source/event-sources.ts';
import { FunctionDoor } from '../../../src/event-source/function-door.ts';
import { QueuePoller } from '../../../src/event-source/sqs/queue-poller.ts';
import { CheckpointStore } from '../../../src/event-source/streams/checkpoint-store.ts';
import type { ShardCheckpoint } from '../../../src/event-source/streams/shard-checkpoint.ts';
import { kinesisFormat } from '../../../src/event-source/streams/shard-record.ts';
import { StreamPoller } from '../../../src/event-source/streams/stream-poller.ts';
import type { FunctionInvoker } from '../../../src/invoke/function-invoker.ts';
import type { Poller } from '../../../src/event-source/poller.ts';
import type { Clock } from '../../../src/model/clock.ts';
import type { DestinationTargets } from '../../../src/model/destination-target.ts';
import type { QueueConsumer, QueuedMessage } from '../../../src/model/queue-ports.ts';
import type { MappingKey } from '../../../src/model/stored-event-source-mapping.ts';
import type { StreamConsumer } from '../../../src/model/stream-ports.ts';
import type { Store } from '../../../src/store/store.ts';
import { FUNCTION_TIMEOUT_MS, type ScriptedFunctions } from './scripted-function.ts';

/** What a life is told of by its world. */
export interface Surroundings {
  readonly clock: Clock;
  readonly store: Store;
  readonly queues: QueueConsumer;
  readonly streams: StreamConsumer;
  readonly functions: ScriptedFunctions;
  readonly targets: DestinationTargets;
  readonly onReceived: (queueArn: string, messages: readonly QueuedMessage[]) => void;
  readonly onRemoved: (queueArn: string, removal: Removal) => Promise<void>;
  readonly onSaved: (key: MappingKey, shardId: string, checkpoint: ShardCheckpoint) => void;
  readonly onNotice: (message: string) => void;
  /** What happens to a function's poller. */
  readonly onPoller: (name: string, text: string) => void;
}

/** An answer to a request to delete messages. */
export interface Removal {
  readonly receipts: readonly string[];
  /** Those of them whose messages stay. */
  readonly refused: readonly string[];
  /** Whoever has asked has died meanwhile. */
  readonly isUnheard: boolean;
}

/** Pollers in a process that can be killed at any instant: from then on nothing it waits for ever comes. */
export class Life {
  readonly sources: EventSources;
  readonly #death = Promise.withResolvers<never>();
  #isDead = false;
  readonly #end = new AbortController();
  readonly #appointments = new Set<() => void>();

  constructor(around: Surroundings) {
    // Nobody may be listening when it comes.
    this.#death.promise.catch(() => undefined);
    const clock = this.#clock(around.clock);
    const store = this.#store(around.store);
    const queues = this.#queues(around);
    const streams = this.#streams(around.streams);
    const invoker: FunctionInvoker = {
      check: () => undefined,
      invoke: async (request) => await this.#alive(around.functions.invoke(request, () => !this.#isDead)),
    };
    const checkpoints = new WatchedCheckpoints(around, {
      isDead: () => this.#isDead,
      alive: async (work) => await this.#alive(work),
    });
    const { targets, onNotice } = around;
    this.sources = new EventSources({
      store,
      owner: 'simulated',
      onNotice,
      makePoller: (mapping, report, meter) => {
        const door = new FunctionDoor(invoker, mapping.functionArn);
        const tell = (text: string): void => around.onPoller(mapping.functionArn.split(':')[6] ?? '', text);
        const onProblem = (problem: string | undefined): void => {
          if (problem !== undefined) tell(`has a problem: ${problem}`);
        };
        if (mapping.kind !== 'kinesis') {
          const functionTimeoutMs = (): number => FUNCTION_TIMEOUT_MS;
          const poller = new QueuePoller(mapping, {
            clock,
            queues,
            door,
            functionTimeoutMs,
            onProblem,
            meter,
          });
          return told(poller, tell);
        }
        const eventSourceArn = mapping.settings.EventSourceArn ?? '';
        const roleArn = (): string => 'role';
        const format = kinesisFormat({ eventSourceArn, roleArn });
        const shared = {
          meter,
          clock,
          streams,
          targets,
          roleArn,
          door,
          onProblem,
          report,
          format,
          checkpoints,
        };
        return told(new StreamPoller(mapping, shared), tell);
      },
    });
  }

  kill(): void {
    this.#isDead = true;
    for (const cancel of this.#appointments) cancel();
    this.#end.abort();
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
    return withWrite(store, write);
  }

  #queues({ queues, onReceived, onRemoved }: Surroundings): QueueConsumer {
    return {
      describe: async (arn) => await this.#alive(queues.describe(arn)),
      receive: async (arn, options) => {
        if (this.#isDead) return await new Promise<never>(() => undefined);
        const messages = await queues.receive(arn, { ...options, signal: this.#signal(options.signal) });
        onReceived(arn, messages);
        return await this.#alive(Promise.resolve(messages));
      },
      remove: async (arn, receipts) => {
        if (this.#isDead) return await new Promise<never>(() => undefined);
        const refused = await queues.remove(arn, receipts);
        // On disk, whether or not this life hears of it.
        await onRemoved(arn, { receipts, refused, isUnheard: this.#isDead });
        return await this.#alive(Promise.resolve(refused));
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
  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]);
  }
}

function withWrite(store: Store, write: Store['write']): Store {
  const { engine, db, blobs, changes } = store;
  return { ...store, engine, db, blobs, changes, write };
}

interface Mortal {
  readonly isDead: () => boolean;
  readonly alive: (work: Promise<void>) => Promise<void>;
}

/** What is saved is heard of when it is on disk, whether or not the life that has saved it hears of it. */
class WatchedCheckpoints extends CheckpointStore {
  readonly #onSaved: Surroundings['onSaved'];
  readonly #life: Mortal;

  constructor({ store, onSaved }: Pick<Surroundings, 'store' | 'onSaved'>, life: Mortal) {
    const write: Store['write'] = async (work) => {
      // What is still waiting for its turn then is never written.
      if (life.isDead()) return await new Promise<never>(() => undefined);
      return await store.write(work);
    };
    super(withWrite(store, write), 'simulated');
    this.#onSaved = onSaved;
    this.#life = life;
  }

  override async save(key: MappingKey, shardId: string, checkpoint: ShardCheckpoint): Promise<void> {
    if (this.#life.isDead()) return await new Promise<never>(() => undefined);
    await super.save(key, shardId, checkpoint);
    this.#onSaved(key, shardId, checkpoint);
    await this.#life.alive(Promise.resolve());
  }

  override async add(...added: Parameters<CheckpointStore['add']>): Promise<void> {
    if (this.#life.isDead()) return await new Promise<never>(() => undefined);
    await this.#life.alive(super.add(...added));
  }
}

/** A poller that hangs is found where it does. */
function told(poller: Poller, tell: (text: string) => void): Poller {
  return {
    start: async () => {
      await poller.start();
      tell('polls');
    },
    stop: async () => {
      tell('is to stop polling');
      await poller.stop();
      tell('has stopped polling');
    },
  };
}
