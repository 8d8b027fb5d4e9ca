import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { Store } from '../../store/store.ts';
import type { Subscriptions } from './consumers/subscriptions.ts';
import type { RecordReader } from './records/record-reader.ts';
import type { RecordWriter } from './records/record-writer.ts';
import type { ShardRates } from './records/shard-rates.ts';
import type { ShardTails } from './records/shard-tails.ts';
import type { StreamDirectory } from './streams/stream-directory.ts';

/** What the operations of Kinesis work with. */
export interface KinesisDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly streams: StreamDirectory;
  readonly writer: RecordWriter;
  readonly reader: RecordReader;
  readonly tails: ShardTails;
  readonly rates: ShardRates;
  readonly subscriptions: Subscriptions;
}
