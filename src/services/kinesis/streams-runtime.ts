import type { Clock } from '../../model/clock.ts';
import type { OnDeniedService } from '../../model/denied-service.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { StreamConsumer, StreamPublisher } from '../../model/stream-ports.ts';
import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import { Subscriptions } from './consumers/subscriptions.ts';
import type { KinesisDependencies } from './kinesis-dependencies.ts';
import { RecordReader } from './records/record-reader.ts';
import { RecordSweep } from './records/record-sweep.ts';
import { RecordWriter } from './records/record-writer.ts';
import { ShardRates } from './records/shard-rates.ts';
import { ShardTails } from './records/shard-tails.ts';
import { PlatformStreamConsumer, PlatformStreamPublisher } from './stream-port.ts';
import { type StreamDirectory, streamDirectory } from './streams/stream-directory.ts';
import type { StoredStream } from './streams/stored-stream.ts';
import { Transitions } from './streams/transitions.ts';

interface StreamsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  /** Of those that put records. */
  readonly onDenied: OnDeniedService;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that Kinesis keeps in memory and runs by itself, and what it offers to the rest of the platform. */
export class StreamsRuntime implements KinesisDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly streams: StreamDirectory;
  readonly writer: RecordWriter;
  readonly reader: RecordReader;
  readonly tails: ShardTails;
  readonly rates: ShardRates;
  readonly subscriptions: Subscriptions;
  readonly publisher: StreamPublisher;
  readonly consumer: StreamConsumer;
  readonly #transitions: Transitions;
  readonly #sweep: RecordSweep;

  constructor(options: StreamsOptions) {
    const { store, clock } = options;
    this.store = store;
    this.clock = clock;
    this.identities = options.identities;
    this.streams = streamDirectory(store);
    this.reader = new RecordReader(store);
    this.tails = new ShardTails(options);
    this.rates = new ShardRates(clock);
    const { streams, tails, rates } = this;
    this.writer = new RecordWriter({ ...options, streams, tails, rates });
    this.subscriptions = new Subscriptions(clock);
    this.#transitions = new Transitions({ ...options, onGone: (stream) => this.#forget(stream) });
    this.#sweep = new RecordSweep({ ...options, alongside: async () => await this.#transitions.takeUp() });
    this.publisher = new PlatformStreamPublisher(this, options.onDenied);
    this.consumer = new PlatformStreamConsumer(this);
    // Behind the directory, which knows the stream by then.
    store.changes.subscribe('kinesis-stream', (change) => this.#wake(change));
  }

  /** Takes up what an earlier run has left. */
  start(): void {
    this.#sweep.start();
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.subscriptions.end();
    this.streams.clear();
    this.tails.clear();
    this.rates.clear();
    this.writer.clear();
  }

  /** Ends subscriptions, and lets nobody wait any more. */
  dismiss(): void {
    this.subscriptions.stop();
    this.tails.clear();
  }

  /** Lets what is being written end. */
  async stop(): Promise<void> {
    this.dismiss();
    await this.#sweep.stop();
    await this.#transitions.stop();
  }

  #wake({ value }: Change): void {
    if (value !== undefined) this.tails.wakeStream((value as StoredStream).id);
  }

  #forget({ id, consumers }: StoredStream): void {
    for (const { arn } of consumers) this.subscriptions.end(arn);
    this.tails.forget(id);
    this.rates.forget(id);
    this.writer.forget(id);
  }
}
