import { crc32 } from 'node:zlib';
import { EventStreamCodec, Int64, type MessageHeaders } from '@smithy/core/event-streams';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HeaderValue } from './event-stream-headers.ts';
import { decodeMessages, encodeMessage, EventStreamError, type EventStreamMessage } from './event-stream.ts';

const sdk = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => new Uint8Array(Buffer.from(text)),
);

const MAX_TIME_MS = 8.64e15;
const values: fc.Arbitrary<HeaderValue> = fc.oneof(
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('byte' as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant('short' as const), value: fc.integer({ min: -32_768, max: 32_767 }) }),
  fc.record({ type: fc.constant('integer' as const), value: fc.integer() }),
  fc.record({
    type: fc.constant('long' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ type: fc.constant('binary' as const), value: fc.uint8Array({ maxLength: 400 }) }),
  fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'binary', maxLength: 200 }) }),
  fc.record({
    type: fc.constant('timestamp' as const),
    value: fc.integer({ min: -MAX_TIME_MS, max: MAX_TIME_MS }).map((timeMs) => new Date(timeMs)),
  }),
  fc.record({ type: fc.constant('uuid' as const), value: fc.uuid() }),
);
const headers = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), values, {
  maxKeys: 6,
});
const messages = fc.record({ headers, payload: fc.uint8Array({ maxLength: 500 }) });

/** The SDK's own spelling of our headers, and ours of the SDK's. */
function toSdk(ours: EventStreamMessage['headers']): MessageHeaders {
  return Object.fromEntries(
    Object.entries(ours).map(([name, { type, value }]) => [
      name,
      type === 'long' ? { type, value: new Int64(bigEndian(value)) } : { type, value },
    ]),
  ) as MessageHeaders;
}

function bigEndian(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return Uint8Array.from(bytes);
}

async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const place of [...places.map((at) => at % (bytes.byteLength + 1)), bytes.byteLength].sort(
    (a, b) => a - b,
  )) {
    yield bytes.subarray(start, place);
    start = place;
  }
}

async function decodeAll(source: AsyncIterable<Uint8Array>): Promise<EventStreamMessage[]> {
  const decoded: EventStreamMessage[] = [];
  for await (const message of decodeMessages(source)) decoded.push(message);
  return decoded;
}

/** For comparison: plain objects and plain bytes. */
function plain(message: EventStreamMessage): unknown {
  const entries = Object.entries(message.headers).map(([name, { type, value }]) => [
    name,
    type,
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  ]);
  return { entries, payload: Buffer.from(message.payload).toString('hex') };
}

describe('event stream', () => {
  test('encodes byte for byte as the SDK does', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const theirs = sdk.encode({ headers: toSdk(message.headers), body: message.payload });
        expect(Buffer.from(encodeMessage(message.headers, message.payload))).toEqual(Buffer.from(theirs));
      }),
    );
  });

  test('decodes what the SDK encodes, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(messages, { maxLength: 4 }),
        fc.array(fc.nat(5000), { maxLength: 12 }),
        async (sent, places) => {
          const bytes = Buffer.concat(
            sent.map((message) => sdk.encode({ headers: toSdk(message.headers), body: message.payload })),
          );
          const received = await decodeAll(cut(bytes, places));
          expect(received.map(plain)).toEqual(sent.map(plain));
        },
      ),
    );
  });

  test('one message in single bytes comes back', async () => {
    const message = {
      headers: { ':event-type': { type: 'string', value: 'PayloadChunk' } },
      payload: Buffer.from('hi'),
    } as const;
    const bytes = encodeMessage(message.headers, message.payload);
    const received = await decodeAll(cut(bytes, [...bytes.keys()]));
    expect(received.map(plain)).toEqual([plain(message)]);
  });

  test('any changed byte is an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        messages,
        fc.nat(5000),
        fc.integer({ min: 1, max: 255 }),
        async (message, at, flip) => {
          const bytes = Buffer.from(encodeMessage(message.headers, message.payload));
          const place = at % bytes.byteLength;
          bytes[place] = (bytes[place] ?? 0) ^ flip;
          await expect(decodeAll(cut(bytes, []))).rejects.toThrow(EventStreamError);
        },
      ),
    );
  });

  test('any truncation is an error', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(5000), async (message, at) => {
        const bytes = encodeMessage(message.headers, message.payload);
        const short = bytes.subarray(0, 1 + (at % (bytes.byteLength - 1)));
        await expect(decodeAll(cut(short, []))).rejects.toThrow(EventStreamError);
      }),
    );
  });

  test('random header blocks under right checksums never throw anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (block) => {
        // A payload in the place of headers: same bytes, then the lengths and checksums made right.
        const bytes = Buffer.from(encodeMessage({}, block));
        bytes.writeUInt32BE(block.byteLength, 4);
        sealed(bytes);
        const outcome = await decodeAll(cut(bytes, [])).catch((error: unknown) => error);
        expect(outcome instanceof EventStreamError || Array.isArray(outcome)).toBe(true);
      }),
    );
  });

  test.each([
    ['a message shorter than itself', 15, 0],
    ['headers longer than the message', 20, 5],
    ['a message of gigabytes', 0xff_ff_ff_ff, 0],
    ['headers beyond the limit', 200 * 1024, 150 * 1024],
  ])('%s is an error', async (_, total, headersLength) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32BE(total, 0);
    bytes.writeUInt32BE(headersLength, 4);
    sealed(bytes);
    await expect(decodeAll(cut(bytes, []))).rejects.toThrow(EventStreamError);
  });

  test('values beyond the limits are refused', () => {
    const none = new Uint8Array();
    expect(() => encodeMessage({ ['n'.repeat(256)]: { type: 'byte', value: 1 } }, none)).toThrow(RangeError);
    expect(() => encodeMessage({ n: { type: 'string', value: 'v'.repeat(32_768) } }, none)).toThrow(
      RangeError,
    );
    expect(() => encodeMessage({ n: { type: 'uuid', value: 'not-a-uuid' } }, none)).toThrow(RangeError);
    expect(() => encodeMessage({ n: { type: 'short', value: 40_000 } }, none)).toThrow(RangeError);
    expect(() => encodeMessage({}, new Uint8Array(24 * 1024 * 1024))).toThrow(RangeError);
  });
});

/** Makes both checksums right. */
function sealed(bytes: Buffer): void {
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.byteLength - 4);
}
