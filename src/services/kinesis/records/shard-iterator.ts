import { crc32 } from 'node:zlib';

/** What a shard iterator says: where to read on, and until when it may be used. */
export interface ShardIterator {
  readonly streamArn: string;
  /** The stream's, so that another one of the same name is not read by mistake. */
  readonly streamId: number;
  readonly shard: number;
  /** The place before the next record. */
  readonly afterPlace: number;
  readonly madeAtMs: number;
}

const VERSION = 1;
const HEAD_BYTES = 37;

/** Opaque to clients; a checksum tells a garbled one. It gives no right to anything: readers are asked for theirs. */
export function shardIterator({ streamArn, streamId, shard, afterPlace, madeAtMs }: ShardIterator): string {
  const arn = Buffer.from(streamArn);
  const bytes = Buffer.alloc(HEAD_BYTES + arn.length);
  bytes.writeUInt8(VERSION, 4);
  bytes.writeBigUInt64BE(BigInt(streamId), 5);
  bytes.writeBigUInt64BE(BigInt(shard), 13);
  bytes.writeBigUInt64BE(BigInt(afterPlace), 21);
  bytes.writeBigUInt64BE(BigInt(madeAtMs), 29);
  bytes.set(arn, HEAD_BYTES);
  bytes.writeUInt32BE(crc32(bytes.subarray(4)), 0);
  return bytes.toString('base64');
}

/** Undefined for a text that is none of ours. */
export function parseShardIterator(text: string): ShardIterator | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length <= HEAD_BYTES || bytes.toString('base64') !== text || bytes[4] !== VERSION)
    return undefined;
  if (bytes.readUInt32BE(0) !== crc32(bytes.subarray(4))) return undefined;
  const numbers = {
    streamId: Number(bytes.readBigUInt64BE(5)),
    shard: Number(bytes.readBigUInt64BE(13)),
    afterPlace: Number(bytes.readBigUInt64BE(21)),
    madeAtMs: Number(bytes.readBigUInt64BE(29)),
  };
  if (!Object.values(numbers).every(Number.isSafeInteger)) return undefined;
  return { ...numbers, streamArn: bytes.toString('utf8', HEAD_BYTES) };
}
