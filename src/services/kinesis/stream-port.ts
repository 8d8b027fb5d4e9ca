import type { OnDeniedService } from '../../model/denied-service.ts';
import type { QueueSenderIdentity } from '../../model/queue-ports.ts';
import type {
  StreamConsumer,
  StreamDelivery,
  StreamDescription,
  StreamPosition,
  StreamPublisher,
  StreamRead,
  StreamReadLimits,
  StreamShard,
} from '../../model/stream-ports.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { KinesisDependencies } from './kinesis-dependencies.ts';
import { notFound, shardNotFound, streamNotFound } from './kinesis-errors.ts';
import { checkSender } from './permissions/stream-access.ts';
import { placeOf } from './records/positions.ts';
import { readShard } from './records/read-shard.ts';
import { draftRecord } from './records/record-draft.ts';
import { takesRecords } from './records/record-writer.ts';
import { decimalHash } from './shards/hash-key.ts';
import { findShard } from './shards/named-shard.ts';
import { childrenOf, parentsOf, sequenceAt, shardId, type StoredShard } from './shards/stored-shard.ts';
import { readableShards, type StoredStream } from './streams/stored-stream.ts';
import { parseConsumerArn, parseStreamArn } from './streams/stream-name.ts';

type PortDependencies = Pick<KinesisDependencies, 'clock' | 'reader' | 'streams' | 'tails' | 'writer'>;

interface FoundShard {
  readonly stream: StoredStream;
  readonly shard: StoredShard;
}

/** Puts records for other parts of the platform, as PutRecord does for clients. */
export class PlatformStreamPublisher implements StreamPublisher {
  readonly #deps: PortDependencies;
  readonly #onDenied: OnDeniedService;

  constructor(deps: PortDependencies, onDenied: OnDeniedService) {
    this.#deps = deps;
    this.#onDenied = onDenied;
  }

  async check(streamArn: string, sender: QueueSenderIdentity): Promise<void> {
    await this.#admit(streamArn, sender);
  }

  async put({ streamArn, sender, partitionKey, data }: StreamDelivery) {
    const stream = await this.#admit(streamArn, sender);
    const draft = draftRecord(stream, { PartitionKey: partitionKey, Data: data });
    const [written] = await this.#deps.writer.write(stream, [draft]);
    if (written === undefined || 'throttled' in written)
      // Not the sender's fault: it is worth another try.
      throw new ServiceError('ProvisionedThroughputExceededException', written?.throttled ?? '', 503);
    return written;
  }

  async #admit(arn: string, sender: QueueSenderIdentity): Promise<StoredStream> {
    const stream = await findByArn(this.#deps, arn);
    if (stream === undefined) throw notFound(`Stream ${arn} not found.`);
    checkSender(stream, sender, this.#onDenied);
    if (!takesRecords(stream)) throw streamNotFound(stream);
    return stream;
  }
}

/** Reads streams for pollers. */
export class PlatformStreamConsumer implements StreamConsumer {
  readonly #deps: PortDependencies;

  constructor(deps: PortDependencies) {
    this.#deps = deps;
  }

  async describe(arn: string): Promise<StreamDescription | undefined> {
    const stream = await findByArn(this.#deps, arn);
    if (stream === undefined || stream.status === 'DELETING') return undefined;
    const { arn: streamArn, status, retentionMs } = stream;
    const shards = readableShards(stream, this.#deps.clock.now()).map(describedShard);
    return { streamArn, status, retentionMs, shards };
  }

  async read(
    arn: string,
    id: string,
    position: StreamPosition,
    limits: StreamReadLimits,
  ): Promise<StreamRead> {
    const { stream, shard } = await this.#require(arn, id);
    const afterPlace = await placeOf(this.#deps.reader, stream, shard, position, 'GetRecords');
    const read = await readShard(this.#deps, stream, shard, afterPlace, limits);
    return {
      records: read.records.map(({ place, partitionKey, data, arrivedAtMs }) => ({
        sequenceNumber: sequenceAt(shard, place),
        partitionKey,
        data,
        arrivedAtMs,
      })),
      lastSequenceNumber: sequenceAt(shard, read.lastPlace),
      millisBehindLatest: read.millisBehindLatest,
      hasEnded: read.hasEnded,
      childShardIds: read.hasEnded ? childrenOf(stream.shards, shard).map(shardId) : [],
    };
  }

  async waitForMore(arn: string, id: string, sequenceNumber: string, signal: AbortSignal): Promise<void> {
    const { reader, tails } = this.#deps;
    const found = await this.#find(arn, id);
    if (found === undefined) return;
    const { stream, shard } = found;
    const position: StreamPosition = { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber };
    const place = await placeOf(reader, stream, shard, position, 'GetRecords');
    const key = { streamId: stream.id, shard: shard.number };
    await tails.wait(key, place, signal, {
      isOpen: async () => {
        const now = await this.#find(arn, id);
        return now !== undefined && now.shard.closedAtMs === undefined;
      },
      lastPlace: async () => await reader.lastPlace(key),
    });
  }

  async #find(arn: string, id: string): Promise<FoundShard | undefined> {
    const stream = await findByArn(this.#deps, arn);
    const shard = stream && findShard(stream, id, this.#deps.clock.now());
    return stream && shard && { stream, shard };
  }

  async #require(arn: string, id: string): Promise<FoundShard> {
    const stream = await findByArn(this.#deps, arn);
    if (stream === undefined) throw notFound(`Stream ${arn} not found.`);
    const shard = findShard(stream, id, this.#deps.clock.now());
    if (shard === undefined) throw shardNotFound(id, stream);
    return { stream, shard };
  }
}

function describedShard(shard: StoredShard): StreamShard {
  const { start, end, openedAtMs, endPlace } = shard;
  return {
    shardId: shardId(shard),
    parentShardIds: parentsOf(shard).map((number) => shardId({ number })),
    hashRange: { start: decimalHash(start), end: decimalHash(end) },
    startingSequenceNumber: sequenceAt(shard, 0),
    endingSequenceNumber: endPlace === undefined ? undefined : sequenceAt(shard, endPlace),
    openedAtMs,
  };
}

/** By the ARN of a consumer too, for as long as it is registered. */
async function findByArn({ streams }: PortDependencies, arn: string): Promise<StoredStream | undefined> {
  const name = parseStreamArn(arn);
  if (name !== undefined) return await streams.find(name);
  const consumer = parseConsumerArn(arn);
  const stream = consumer && (await streams.find(consumer.stream));
  return stream?.consumers.some((one) => one.arn === arn) === true ? stream : undefined;
}
