import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventBatch } from './event-batch.ts';
import { decodeFrame, encodeFrame, isFrameIntact, readFrameHeader } from './frame.ts';

const events = fc.array(
  fc.record({ timestampMs: fc.nat({ max: 4_000_000_000_000 }), message: fc.string({ unit: 'grapheme' }) }),
  { minLength: 1, maxLength: 50 },
);

function batchOf(list: readonly { timestampMs: number; message: string }[]): EventBatch {
  const batch = new EventBatch(Buffer.alloc(64));
  for (const event of list) batch.push(event.timestampMs, event.message);
  batch.cut(1_000_000, 42);
  return batch;
}

function headerOf(frame: Buffer) {
  const header = readFrameHeader(frame, 0);
  if (header === undefined) throw new Error('no frame');
  return header;
}

describe('frames', () => {
  test('carry every event, sorted by time, in the order of arrival within a millisecond', () => {
    fc.assert(
      fc.property(events, (list) => {
        const frame = encodeFrame(batchOf(list));
        const header = headerOf(frame);
        const sorted = list.toSorted((a, b) => a.timestampMs - b.timestampMs);
        expect(isFrameIntact(frame, header)).toBe(true);
        expect(decodeFrame(frame, header)).toEqual(
          sorted.map((event, index) => ({ ...event, ingestionTimeMs: 42, arrival: 1_000_000 + index })),
        );
        expect(header.messageBytes).toBe(
          list.reduce((sum, event) => sum + Buffer.byteLength(event.message), 0),
        );
      }),
    );
  });

  test('end lines with a line feed that have none', () => {
    const batch = new EventBatch(Buffer.alloc(64));
    for (const message of ['none', 'one\n', 'two\n\n', '', 'ünd\u{1F600}']) batch.push(1, message, true);
    batch.push(1, 'as it is');
    batch.cut(1, 1);
    const frame = encodeFrame(batch);
    const messages = decodeFrame(frame, headerOf(frame)).map(({ message }) => message);
    expect(messages).toEqual(['none\n', 'one\n', 'two\n\n', '\n', 'ünd\u{1F600}\n', 'as it is']);
  });

  test('hold messages of any length', () => {
    const list = [1, 900, 5000, 70_000, 3].map((length) => ({ timestampMs: 5, message: 'ß'.repeat(length) }));
    const frame = encodeFrame(batchOf(list));
    const messages = decodeFrame(frame, headerOf(frame)).map(({ message }) => message);
    expect(messages).toEqual(list.map(({ message }) => message));
  });

  test('show any damage', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, place, flip) => {
        const frame = encodeFrame(batchOf(list));
        const at = place % frame.length;
        frame[at] = (frame[at] ?? 0) ^ flip;
        const header = readFrameHeader(frame, 0);
        expect(header !== undefined && isFrameIntact(frame, header)).toBe(false);
      }),
    );
  });

  test('that are cut short are no frames', () => {
    const frame = encodeFrame(batchOf([{ timestampMs: 1, message: 'hello' }]));
    for (let length = 0; length < frame.length; length += 1) {
      const part = frame.subarray(0, length);
      const header = readFrameHeader(part, 0);
      expect(header !== undefined && isFrameIntact(part, header)).toBe(false);
    }
  });
});
