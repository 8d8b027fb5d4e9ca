import { crc32 } from 'node:zlib';
import { type EventBatch, FRAME_HEADER_BYTES, RECORD_HEADER_BYTES } from './event-batch.ts';
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

const MAGIC = 0x314c4d4c;

/** Turns a cut batch into the bytes of one frame: its own. */
export function encodeFrame(batch: EventBatch): Buffer {
  const { count, frame } = batch;
  const bodyBytes = frame.length - FRAME_HEADER_BYTES;
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(bodyBytes, 4);
  frame.writeUInt32LE(count, 12);
  frame.writeDoubleLE(batch.minTimestampMs, 16);
  frame.writeDoubleLE(batch.maxTimestampMs, 24);
  frame.writeDoubleLE(batch.firstArrival, 32);
  frame.writeDoubleLE(batch.ingestionTimeMs, 40);
  frame.writeUInt32LE(bodyBytes - count * RECORD_HEADER_BYTES, 48);
  frame.writeUInt32LE(crc32(frame.subarray(12)), 8);
  return frame;
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
