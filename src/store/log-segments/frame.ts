import { crc32 } from 'node:zlib';
import type { EventBatch } from './event-batch.ts';
import type { StoredLogEvent } from './log-event.ts';

/**
 * A segment file is a row of frames, one for each batch that was written. Little-endian:
 *
 *   0 magic u32 | 4 body bytes u32 | 8 CRC-32 of all that follows u32 | 12 events u32 | 16 smallest timestamp f64
 *   24 largest timestamp f64 | 32 first arrival f64 | 40 ingestion time f64 | 48 message bytes u32 | 52 body
 *
 * The body holds for each event: timestamp f64, message bytes u32, message UTF-8. Events of a frame are sorted by
 * timestamp and have consecutive arrival numbers.
 */
export interface FrameHeader {
  readonly bodyBytes: number;
  readonly crc: number;
  readonly count: number;
  readonly minTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly firstArrival: number;
  readonly ingestionTimeMs: number;
  readonly messageBytes: number;
}

export const FRAME_HEADER_BYTES = 52;
const MAGIC = 0x314c4d4c;
const RECORD_HEADER_BYTES = 12;
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Grows to the largest frame seen; frames are copied out of it, so that encoding allocates exactly once. */
let scratch = Buffer.allocUnsafeSlow(256 * 1024);

/** Turns a cut batch into the bytes of one frame. */
export function encodeFrame(batch: EventBatch): Buffer {
  const room = FRAME_HEADER_BYTES + batch.bytes * MAX_BYTES_PER_UNIT + batch.count * RECORD_HEADER_BYTES;
  if (scratch.length < room) scratch = Buffer.allocUnsafeSlow(room);
  const end = encodeBody(batch, scratch);
  scratch.writeUInt32LE(MAGIC, 0);
  scratch.writeUInt32LE(end - FRAME_HEADER_BYTES, 4);
  scratch.writeUInt32LE(batch.count, 12);
  scratch.writeDoubleLE(batch.minTimestampMs, 16);
  scratch.writeDoubleLE(batch.maxTimestampMs, 24);
  scratch.writeDoubleLE(batch.firstArrival, 32);
  scratch.writeDoubleLE(batch.ingestionTimeMs, 40);
  scratch.writeUInt32LE(end - FRAME_HEADER_BYTES - batch.count * RECORD_HEADER_BYTES, 48);
  scratch.writeUInt32LE(crc32(scratch.subarray(12, end)), 8);
  return Buffer.from(scratch.subarray(0, end));
}

function encodeBody(batch: EventBatch, target: Buffer): number {
  let at = FRAME_HEADER_BYTES;
  for (let index = 0; index < batch.count; index += 1) {
    const written = target.write(batch.messages[index] ?? '', at + RECORD_HEADER_BYTES, 'utf8');
    target.writeDoubleLE(batch.timestamps[index] ?? 0, at);
    target.writeUInt32LE(written, at + 8);
    at += RECORD_HEADER_BYTES + written;
  }
  return at;
}

/** Reads a frame's header, or undefined when there is none at `at`: the end of the file or a torn tail. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  return {
    bodyBytes: bytes.readUInt32LE(at + 4),
    crc: bytes.readUInt32LE(at + 8),
    count: bytes.readUInt32LE(at + 12),
    minTimestampMs: bytes.readDoubleLE(at + 16),
    maxTimestampMs: bytes.readDoubleLE(at + 24),
    firstArrival: bytes.readDoubleLE(at + 32),
    ingestionTimeMs: bytes.readDoubleLE(at + 40),
    messageBytes: bytes.readUInt32LE(at + 48),
  };
}

/** Whether a whole frame, header included, is as it was written. */
export function isFrameIntact(frame: Buffer, header: FrameHeader): boolean {
  return frame.length === FRAME_HEADER_BYTES + header.bodyBytes && crc32(frame.subarray(12)) === header.crc;
}

/** The events of a whole, intact frame. */
export function decodeFrame(frame: Buffer, header: FrameHeader): StoredLogEvent[] {
  const events: StoredLogEvent[] = [];
  let at = FRAME_HEADER_BYTES;
  for (let index = 0; index < header.count; index += 1) {
    const start = at + RECORD_HEADER_BYTES;
    const end = start + frame.readUInt32LE(at + 8);
    events.push({
      timestampMs: frame.readDoubleLE(at),
      ingestionTimeMs: header.ingestionTimeMs,
      arrival: header.firstArrival + index,
      message: frame.toString('utf8', start, end),
    });
    at = end;
  }
  return events;
}
