import type { ChildShard, _Record } from '@aws-sdk/client-kinesis';
import type { StreamReadLimits } from '../../../model/stream-ports.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import {
  childrenOf,
  parentsOf,
  sequenceAt,
  shardId,
  shownRange,
  type StoredShard,
} from '../shards/stored-shard.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import type { PlacedRecord, ShardRead } from './record-reader.ts';

type ReadDependencies = Pick<KinesisDependencies, 'clock' | 'reader' | 'tails'>;

/** What reading a shard came to. */
export interface ReadOn extends ShardRead {
  readonly millisBehindLatest: number;
  /** Closed, and read to its end. */
  readonly hasEnded: boolean;
}

/**
 * Reads on in a shard, what has expired left out.
 * @param stream as it was before: of a shard that is closed in it, all records are on disk
 */
export async function readShard(
  { clock, reader, tails }: ReadDependencies,
  stream: StoredStream,
  shard: StoredShard,
  afterPlace: number,
  limits: StreamReadLimits,
): Promise<ReadOn> {
  const key = { streamId: stream.id, shard: shard.number };
  const nowMs = clock.now();
  // The last records of a shard that is closed are on disk, but the tail may be about to hear of them.
  const isAtEnd = shard.endPlace === undefined && tails.isAtEnd(key, afterPlace);
  const read: ShardRead = isAtEnd
    ? { records: [], lastPlace: afterPlace, unreadSinceMs: undefined }
    : await reader.read(key, afterPlace, limits, nowMs - stream.retentionMs);
  const { unreadSinceMs } = read;
  return {
    ...read,
    millisBehindLatest: unreadSinceMs === undefined ? 0 : Math.max(0, nowMs - unreadSinceMs),
    hasEnded: unreadSinceMs === undefined && shard.endPlace !== undefined,
  };
}

export function shownRecord(shard: StoredShard, record: PlacedRecord): _Record {
  const { place, partitionKey, data, arrivedAtMs } = record;
  return {
    SequenceNumber: sequenceAt(shard, place),
    ApproximateArrivalTimestamp: new Date(arrivedAtMs),
    Data: data,
    ...(partitionKey !== '' && { PartitionKey: partitionKey }),
    EncryptionType: 'NONE',
  };
}

/** The shards that go on where this one has ended. */
export function shownChildren({ shards }: StoredStream, shard: StoredShard): ChildShard[] {
  return childrenOf(shards, shard).map((child) => ({
    ShardId: shardId(child),
    ParentShards: parentsOf(child).map((number) => shardId({ number })),
    HashKeyRange: shownRange(child),
  }));
}
