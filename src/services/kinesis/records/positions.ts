import type { ShardIteratorType } from '@aws-sdk/client-kinesis';
import type { StreamPosition } from '../../../model/stream-ports.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { parseSequenceNumber } from '../shards/sequence-number.ts';
import { shardId, type StoredShard } from '../shards/stored-shard.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import type { RecordReader } from './record-reader.ts';

/** How requests give a position. */
export interface GivenPosition {
  readonly type: ShardIteratorType | undefined;
  readonly sequenceNumber: string | undefined;
  readonly timestamp: Date | undefined;
}

/** @param operation as errors name it. @throws InvalidArgumentException */
export function positionOf(
  { type, sequenceNumber, timestamp }: GivenPosition,
  operation: string,
  nowMs: number,
): StreamPosition {
  const isBySequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (isBySequence && sequenceNumber === undefined)
    throw invalidArgument(
      `Must specify startingSequenceNumber parameter for iterator of type ${type}. Current request has no startingSequenceNumber parameter.`,
    );
  if (!isBySequence && sequenceNumber !== undefined)
    throw invalidArgument(
      `Request is invalid. StartingSequenceNumber cannot be given to ${operation} with the type ${type}.`,
    );
  if (type !== 'AT_TIMESTAMP' && timestamp !== undefined)
    throw invalidArgument(
      `Request is invalid. Timestamp cannot be given to ${operation} with the type ${type}.`,
    );
  if (type === 'AT_TIMESTAMP') return { kind: type, atMs: checkedTimestamp(timestamp, nowMs) };
  if (isBySequence) return { kind: type, sequenceNumber: sequenceNumber ?? '' };
  return { kind: type === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON' };
}

function checkedTimestamp(timestamp: Date | undefined, nowMs: number): number {
  const atMs = timestamp?.getTime();
  if (atMs === undefined)
    throw invalidArgument(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    );
  if (atMs > nowMs)
    throw invalidArgument(
      `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${atMs}, currentTimestampInMillis: ${nowMs}`,
    );
  return atMs;
}

/**
 * The place before the record that a position begins with.
 * @throws InvalidArgumentException when a sequence number is not of this shard
 */
export async function placeOf(
  reader: RecordReader,
  stream: StoredStream,
  shard: StoredShard,
  position: StreamPosition,
  operation: string,
): Promise<number> {
  const key = { streamId: stream.id, shard: shard.number };
  switch (position.kind) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return (await reader.lastPlace(key)) ?? 0;
    case 'AT_TIMESTAMP':
      return (await reader.placeBefore(key, position.atMs)) ?? (await reader.lastPlace(key)) ?? 0;
    case 'AT_SEQUENCE_NUMBER':
      return Math.max(0, sequencePlace(stream, shard, position.sequenceNumber, operation) - 1);
    case 'AFTER_SEQUENCE_NUMBER':
      return sequencePlace(stream, shard, position.sequenceNumber, operation);
  }
}

function sequencePlace(stream: StoredStream, shard: StoredShard, text: string, operation: string): number {
  const sequence = parseSequenceNumber(text);
  if (sequence?.shard === shard.number && sequence.epoch === shard.epoch) return sequence.place;
  throw invalidArgument(
    `StartingSequenceNumber ${text} used in ${operation} on shard ${shardId(shard)} in stream ${stream.name} under account ${stream.accountId} is invalid because it did not come from this stream.`,
  );
}
