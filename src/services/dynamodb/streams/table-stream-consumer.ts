import type {
  StreamConsumer,
  StreamDescription,
  StreamPosition,
  StreamRead,
  StreamReadLimits,
} from '../../../model/stream-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { shownRecord } from './stream-record.ts';
import { findStream, readRecords } from './stream-rows.ts';
import type { StreamTails } from './stream-tails.ts';
import {
  parseStreamArn,
  RETENTION_MS,
  sequenceOf,
  sequenceText,
  shardIdOf,
  streamArn,
  type TableStream,
} from './table-stream.ts';

type ConsumerDependencies = Pick<DynamodbDependencies, 'store' | 'clock'> & { readonly tails: StreamTails };

/** Reads tables' streams for pollers. A record's data is the record as functions see it, JSON. */
export class TableStreamConsumer implements StreamConsumer {
  readonly #deps: ConsumerDependencies;

  constructor(deps: ConsumerDependencies) {
    this.#deps = deps;
  }

  async describe(arn: string): Promise<StreamDescription | undefined> {
    const stream = await this.#find(arn);
    if (stream === undefined) return undefined;
    const shard = {
      shardId: shardIdOf(stream),
      parentShardIds: [],
      hashRange: undefined,
      startingSequenceNumber: sequenceText(0),
      endingSequenceNumber: stream.disabledAtMs === undefined ? undefined : sequenceText(stream.lastSequence),
      openedAtMs: stream.createdAtMs,
    };
    return {
      streamArn: streamArn(stream.table, stream.label),
      status: 'ACTIVE',
      retentionMs: RETENTION_MS,
      shards: [shard],
    };
  }

  async read(
    arn: string,
    shardId: string,
    position: StreamPosition,
    limits: StreamReadLimits,
  ): Promise<StreamRead> {
    const stream = await this.#require(arn, shardId);
    const nowMs = this.#deps.clock.now();
    const afterSequence = sequenceBefore(stream, position);
    const since = { afterSequence, nowMs };
    const { records: found, isLast } = await readRecords(this.#deps.store.db, stream.id, since, limits);
    const records = found.map(({ sequence, record }) => ({
      sequenceNumber: sequenceText(sequence),
      partitionKey: JSON.stringify(record.keys),
      data: Buffer.from(JSON.stringify(shownRecord(stream, sequence, record))),
      arrivedAtMs: record.createdAtMs,
    }));
    const taken = withinBytes(records, limits.mostBytes);
    const last = found[taken.length - 1];
    const isAtEnd = isLast && taken.length === found.length;
    return {
      records: taken,
      lastSequenceNumber: sequenceText(last?.sequence ?? afterSequence),
      millisBehindLatest: isAtEnd || last === undefined ? 0 : nowMs - last.record.createdAtMs,
      hasEnded: stream.disabledAtMs !== undefined && isAtEnd,
      childShardIds: [],
    };
  }

  async waitForMore(
    arn: string,
    shardId: string,
    sequenceNumber: string,
    signal: AbortSignal,
  ): Promise<void> {
    const stream = await this.#require(arn, shardId).catch(() => undefined);
    if (stream === undefined || stream.disabledAtMs !== undefined) return;
    const sequence = sequenceOf(sequenceNumber) ?? 0;
    await this.#deps.tails.wait(stream.id, signal, async () => {
      const now = await this.#find(arn);
      return now === undefined || now.disabledAtMs !== undefined || now.lastSequence > sequence;
    });
  }

  async #find(arn: string): Promise<TableStream | undefined> {
    const named = parseStreamArn(arn);
    return named && (await findStream(this.#deps.store.db, named.table, named.label));
  }

  async #require(arn: string, shardId: string): Promise<TableStream> {
    const stream = await this.#find(arn);
    if (stream !== undefined && shardIdOf(stream) === shardId) return stream;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Requested resource not found: Stream: ${arn} not found`,
    );
  }
}

/** Reading goes on after this record. */
export function sequenceBefore(stream: TableStream, position: StreamPosition): number {
  switch (position.kind) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return stream.lastSequence;
    case 'AT_SEQUENCE_NUMBER':
      return (sequenceOf(position.sequenceNumber) ?? 1) - 1;
    case 'AFTER_SEQUENCE_NUMBER':
      return sequenceOf(position.sequenceNumber) ?? 0;
    case 'AT_TIMESTAMP':
      throw new ServiceError('ValidationException', 'Streams of tables are not read from a time.');
  }
}

function withinBytes<T extends { readonly data: Uint8Array }>(records: readonly T[], most: number): T[] {
  let bytes = 0;
  const end = records.findIndex(({ data }, index) => {
    bytes += data.byteLength;
    return index > 0 && bytes > most;
  });
  return records.slice(0, end === -1 ? records.length : end);
}
