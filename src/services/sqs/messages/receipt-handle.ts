import { crc32 } from 'node:zlib';

/** What a receipt handle says: one message of one queue, as of one receive. */
export interface Receipt {
  readonly queueId: number;
  readonly sequence: number;
  /** How often the message had been received then; the receipt of an earlier receive is void. */
  readonly receiveCount: number;
}

const VERSION = 1;
const BODY_BYTES = 23;
const BYTES = BODY_BYTES + 4;

/** Opaque to clients; a checksum tells a garbled one from one that is out of date. */
export function receiptHandle({ queueId, sequence, receiveCount }: Receipt): string {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeBigUInt64BE(BigInt(queueId), 1);
  bytes.writeBigUInt64BE(BigInt(sequence), 9);
  bytes.writeUIntBE(receiveCount, 17, 6);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, BODY_BYTES)), BODY_BYTES);
  return bytes.toString('base64');
}

/** Undefined for a text that is none of ours. */
export function parseReceiptHandle(handle: string): Receipt | undefined {
  const bytes = Buffer.from(handle, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64') !== handle || bytes[0] !== VERSION) return undefined;
  if (bytes.readUInt32BE(BODY_BYTES) !== crc32(bytes.subarray(0, BODY_BYTES))) return undefined;
  return {
    queueId: Number(bytes.readBigUInt64BE(1)),
    sequence: Number(bytes.readBigUInt64BE(9)),
    receiveCount: bytes.readUIntBE(17, 6),
  };
}
