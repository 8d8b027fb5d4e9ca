import type {
  SubscribeToShardEventStream,
  SubscribeToShardInput,
  SubscribeToShardOutput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { dryRun, inUse, notBuilt, notFound, shardNotFound, theStream } from '../kinesis-errors.ts';
import { admitConsumer } from '../permissions/stream-access.ts';
import { placeOf, positionOf } from '../records/positions.ts';
import { readShard, shownChildren, shownRecord } from '../records/read-shard.ts';
import { findShard } from '../shards/named-shard.ts';
import { sequenceAt, shardId, type StoredShard } from '../shards/stored-shard.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import type { Subscription } from './subscriptions.ts';

/** Of one event. */
const LIMITS = { mostRecords: 10_000, mostBytes: 2_097_152 };
/** An event without records tells a consumer that nothing has come. */
const SIGN_OF_LIFE_MS = 5_000;

/** Pushes a shard's records as they come, for up to five minutes. */
export function subscribeToShard(
  deps: KinesisDependencies,
): OperationHandler<SubscribeToShardInput, SubscribeToShardOutput> {
  return async (input, context) => {
    if (input.StreamId !== undefined) throw notBuilt('StreamId');
    const arn = input.ConsumerARN ?? '';
    const { stream, consumer } = await admitConsumer(deps, arn, context, 'SubscribeToShard');
    if (consumer.status === 'DELETING') throw notFound(`Consumer ${consumer.name} not found.`);
    if (consumer.status !== 'ACTIVE')
      throw inUse(
        `Consumer ${consumer.name} of ${theStream(stream)} not ACTIVE, instead in state ${consumer.status}`,
      );
    const nowMs = deps.clock.now();
    const shard = findShard(stream, input.ShardId, nowMs);
    if (shard === undefined) throw shardNotFound(input.ShardId ?? '', stream);
    const { Type: type, SequenceNumber: sequenceNumber, Timestamp: timestamp } = input.StartingPosition ?? {};
    const position = positionOf({ type, sequenceNumber, timestamp }, 'SubscribeToShard', nowMs);
    const afterPlace = await placeOf(deps.reader, stream, shard, position, 'SubscribeToShard');
    if (input.DryRun === true) throw dryRun();
    const subscription = deps.subscriptions.begin(arn, shard.number);
    context.signal.addEventListener('abort', () => subscription.end('closed'));
    return { EventStream: eventsOf(deps, stream, shard, afterPlace, subscription) };
  };
}

async function* eventsOf(
  deps: KinesisDependencies,
  stream: StoredStream,
  shard: StoredShard,
  afterPlace: number,
  subscription: Subscription,
): AsyncGenerator<SubscribeToShardEventStream> {
  let place = afterPlace;
  try {
    while (!subscription.signal.aborted) {
      const now = await deps.streams.find(stream);
      const current = now?.id === stream.id ? findShard(now, shardId(shard), deps.clock.now()) : undefined;
      if (now === undefined || current === undefined) {
        yield ended(shardNotFound(shardId(shard), stream));
        return;
      }
      const read = await readShard(deps, now, current, place, LIMITS);
      place = read.lastPlace;
      yield {
        SubscribeToShardEvent: {
          Records: read.records.map((record) => shownRecord(current, record)),
          // A consumer goes on after it when it subscribes anew.
          ContinuationSequenceNumber: read.hasEnded ? undefined : sequenceAt(current, place),
          MillisBehindLatest: read.millisBehindLatest,
          ...(read.hasEnded && { ChildShards: shownChildren(now, current) }),
        },
      };
      if (read.hasEnded) return;
      if (read.unreadSinceMs === undefined) await nextMoment(deps, now, current, place, subscription);
    }
    if (subscription.reason === 'taken over') {
      yield ended(inUse('Another call has subscribed this consumer to the shard.'));
    }
  } finally {
    subscription.end('closed');
  }
}

/** Until there is more, or it is time for a sign of life. */
async function nextMoment(
  { clock, tails, reader, streams }: KinesisDependencies,
  stream: StoredStream,
  shard: StoredShard,
  place: number,
  { signal }: Subscription,
): Promise<void> {
  const key = { streamId: stream.id, shard: shard.number };
  const over = new AbortController();
  const end = (): void => over.abort();
  const cancel = clock.schedule(SIGN_OF_LIFE_MS, end);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    await tails.wait(key, place, over.signal, {
      isOpen: async () =>
        (await streams.find(stream))?.open.some(({ number }) => number === shard.number) === true,
      lastPlace: async () => await reader.lastPlace(key),
    });
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}

/** An error that ends the stream of events. */
function ended(error: ServiceError): SubscribeToShardEventStream {
  // The client's types want an exception of its own class; on the wire it is a shape like any other.
  return { [error.code]: { message: error.message } } as unknown as SubscribeToShardEventStream;
}
