import type { Clock } from '../../model/clock.ts';
import type { StreamConsumer, StreamPublisher } from '../../model/stream-ports.ts';
import type { Store } from '../../store/store.ts';
import { StreamingDestinations } from './destinations/streaming-destinations.ts';
import type { DynamodbDependencies } from './dynamodb-dependencies.ts';
import { ItemExpiry } from './expiry/item-expiry.ts';
import { ItemWriter } from './items/item-writer.ts';
import { StreamTails } from './streams/stream-tails.ts';
import { TableStreamConsumer } from './streams/table-stream-consumer.ts';
import { TableDirectory } from './tables/table-directory.ts';
import { ThroughputLimits } from './throughput/throughput-limits.ts';

interface TablesOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Kinesis, where changes of tables can go. */
  readonly streams: StreamPublisher;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that DynamoDB keeps in memory and runs by itself, and what it offers to the rest of the platform. */
export class TablesRuntime implements DynamodbDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly tables: TableDirectory;
  readonly items: ItemWriter;
  readonly limits: ThroughputLimits;
  readonly tails: StreamTails;
  readonly expiry: ItemExpiry;
  readonly destinations: StreamingDestinations;
  readonly streams: StreamPublisher;
  readonly consumer: StreamConsumer;

  constructor(options: TablesOptions) {
    const { store, clock } = options;
    this.store = store;
    this.clock = clock;
    this.streams = options.streams;
    this.destinations = new StreamingDestinations(options);
    this.tables = new TableDirectory(store);
    this.tails = new StreamTails(store.engine === 'postgres');
    this.limits = new ThroughputLimits(clock);
    this.items = new ItemWriter({
      store,
      clock,
      limits: this.limits,
      onRecords: (streamId) => this.tails.wake(streamId),
      onOutgoing: (destinationId) => this.destinations.wake(destinationId),
      onExpiring: (atMs) => this.expiry.expect(atMs),
    });
    this.expiry = new ItemExpiry({ ...options, items: this.items });
    this.consumer = new TableStreamConsumer(this);
  }

  start(): void {
    this.expiry.start();
    this.destinations.start();
  }

  async stop(): Promise<void> {
    this.tails.wakeAll();
    await this.expiry.stop();
    await this.destinations.stop();
  }

  /** Forgets everything; the caller empties the store. */
  clear(): void {
    this.tables.clear();
    this.destinations.clear();
    this.limits.clear();
    this.tails.wakeAll();
  }
}
