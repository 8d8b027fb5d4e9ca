import { crc32 } from 'node:zlib';
import { headersSize, parseHeaders, writeHeaders, type HeaderValue } from './event-stream-headers.ts';

/** One event-stream message: typed headers by name, and the payload's bytes. */
export interface EventStreamMessage {
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly payload: Uint8Array;
}

/** The bytes are not a well-formed event stream: a wrong length or checksum, a bad header, or a cut-off end. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

/** Total length, length of headers, and the CRC32 of those two. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const OVERHEAD_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES;
/** The bounds of AWS's own C implementation. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024;
const MAX_HEADERS_BYTES = 128 * 1024;

/** Encodes one message. Throws `RangeError` for a name, value or message beyond the format's limits. */
export function encodeMessage(
  headers: Readonly<Record<string, HeaderValue>>,
  payload: Uint8Array,
): Uint8Array {
  const headersLength = headersSize(headers);
  const total = OVERHEAD_BYTES + headersLength + payload.byteLength;
  if (headersLength > MAX_HEADERS_BYTES || total > MAX_MESSAGE_BYTES) {
    throw new RangeError(`Event-stream message too large: ${total} bytes, ${headersLength} of them headers`);
  }
  const out = Buffer.allocUnsafe(total);
  out.writeUInt32BE(total, 0);
  out.writeUInt32BE(headersLength, 4);
  out.writeUInt32BE(crc32(out.subarray(0, 8)), 8);
  writeHeaders(headers, out, PRELUDE_BYTES);
  out.set(payload, PRELUDE_BYTES + headersLength);
  out.writeUInt32BE(crc32(out.subarray(0, total - CHECKSUM_BYTES)), total - CHECKSUM_BYTES);
  return out;
}

/**
 * Decodes messages from chunks of any size, as they complete. Payloads and binary headers are views of the source's
 * chunks where a message arrived whole. Throws `EventStreamError`, also when the source ends inside a message.
 */
export async function* decodeMessages(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<EventStreamMessage, void, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let neededBytes = PRELUDE_BYTES;
  for await (const chunk of source) {
    waiting.push(chunk);
    waitingBytes += chunk.byteLength;
    // Joining only once enough has come keeps many small chunks linear.
    if (waitingBytes < neededBytes) continue;
    let rest = joined(waiting, waitingBytes);
    neededBytes = messageLength(rest);
    while (rest.byteLength >= neededBytes) {
      yield decodeMessage(rest.subarray(0, neededBytes));
      rest = rest.subarray(neededBytes);
      neededBytes = messageLength(rest);
    }
    waiting = rest.byteLength > 0 ? [rest] : [];
    waitingBytes = rest.byteLength;
  }
  if (waitingBytes > 0) throw new EventStreamError('The event stream ended inside a message');
}

function joined(chunks: readonly Uint8Array[], bytes: number): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(chunks, bytes);
}

/** Length of the message that starts the buffer, its prelude checked; what a prelude takes while that is incomplete. */
function messageLength(buffer: Buffer): number {
  if (buffer.byteLength < PRELUDE_BYTES) return PRELUDE_BYTES;
  // The checksum comes first: a damaged length must not make us wait for gigabytes.
  if (crc32(buffer.subarray(0, 8)) !== buffer.readUInt32BE(8)) {
    throw new EventStreamError('The checksum of an event-stream prelude does not match');
  }
  const total = buffer.readUInt32BE(0);
  const headersLength = buffer.readUInt32BE(4);
  if (total > MAX_MESSAGE_BYTES || headersLength > MAX_HEADERS_BYTES) {
    throw new EventStreamError(`Event-stream message too large: ${total} bytes`);
  }
  if (total < OVERHEAD_BYTES + headersLength) {
    throw new EventStreamError(`Event-stream message of ${total} bytes cannot hold its headers`);
  }
  return total;
}

function decodeMessage(message: Buffer): EventStreamMessage {
  const end = message.byteLength - CHECKSUM_BYTES;
  if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) {
    throw new EventStreamError('The checksum of an event-stream message does not match');
  }
  const payloadStart = PRELUDE_BYTES + message.readUInt32BE(4);
  const headers = parseHeaders(message.subarray(PRELUDE_BYTES, payloadStart));
  if (headers === undefined) throw new EventStreamError('An event-stream message has a malformed header');
  return { headers, payload: message.subarray(payloadStart, end) };
}
