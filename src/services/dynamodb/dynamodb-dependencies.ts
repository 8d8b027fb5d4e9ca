import type { Clock } from '../../model/clock.ts';
import type { StreamPublisher } from '../../model/stream-ports.ts';
import type { Store } from '../../store/store.ts';
import type { StreamingDestinations } from './destinations/streaming-destinations.ts';
import type { ItemExpiry } from './expiry/item-expiry.ts';
import type { ItemWriter } from './items/item-writer.ts';
import type { StreamTails } from './streams/stream-tails.ts';
import type { TableDirectory } from './tables/table-directory.ts';
import type { ThroughputLimits } from './throughput/throughput-limits.ts';

/** What the operations of DynamoDB work with. */
export interface DynamodbDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly tables: TableDirectory;
  readonly items: ItemWriter;
  readonly limits: ThroughputLimits;
  readonly tails: StreamTails;
  readonly expiry: ItemExpiry;
  readonly destinations: StreamingDestinations;
  /** Kinesis, where changes of tables can go. */
  readonly streams: StreamPublisher;
}
