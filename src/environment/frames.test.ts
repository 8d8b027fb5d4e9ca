import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FRAME, FrameDecoder } from './frames.ts';
import { encodeInvoke } from './invoke-frame.ts';

interface Decoded {
  readonly type: number;
  readonly body: Buffer;
  readonly oversized: boolean;
}

function decode(chunks: readonly Buffer[]): Decoded[] {
  const frames: Decoded[] = [];
  const decoder = new FrameDecoder((type, body, oversized) => {
    frames.push({ type, body: Buffer.from(body), oversized });
  });
  for (const chunk of chunks) decoder.push(chunk);
  return frames;
}

/** Cuts bytes into chunks at the given places, whatever they are. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  return ends.map((end) => {
    const chunk = bytes.subarray(start, end);
    start = end;
    return chunk;
  });
}

const frame = fc.record({ type: fc.integer({ min: 0, max: 255 }), body: fc.uint8Array({ maxLength: 300 }) });

describe('the frame decoder', () => {
  test('finds the same frames however the bytes are cut', () => {
    const property = fc.property(
      fc.array(frame, { maxLength: 12 }),
      fc.array(fc.nat(4000), { maxLength: 40 }),
      (frames, places) => {
        const bytes = Buffer.concat(frames.map(({ type, body }) => encodeFrame(type, body)));
        const expected = frames.map(({ type, body }) => ({
          type,
          body: Buffer.from(body),
          oversized: false,
        }));
        expect(decode(cut(bytes, places))).toEqual(expected);
        expect(decode(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test('keeps only the beginning of a frame over the limit, and finds the next', () => {
    const body = Buffer.alloc(8 << 20, 'a');
    const bytes = Buffer.concat([
      encodeFrame(FRAME.response, body),
      encodeFrame(FRAME.next, Buffer.alloc(0)),
    ]);
    const chunks = Array.from({ length: 129 }, (_, index) =>
      bytes.subarray(index * 65_536, (index + 1) * 65_536),
    );
    for (const sent of [[bytes], chunks]) {
      const [first, second, ...rest] = decode(sent);
      expect(first).toMatchObject({ type: FRAME.response, oversized: true });
      expect(first?.body.equals(body.subarray(0, 65_536))).toBe(true);
      expect(second).toEqual({ type: FRAME.next, body: Buffer.alloc(0), oversized: false });
      expect(rest).toEqual([]);
    }
  });

  test('passes a frame within one chunk on without copying it', () => {
    const bytes = encodeFrame(FRAME.log, Buffer.from('text'));
    new FrameDecoder((_type, body) => expect(body.buffer).toBe(bytes.buffer)).push(bytes);
    expect.assertions(1);
  });

  test('refuses a frame without a type', () => {
    expect(() => decode([Buffer.alloc(8)])).toThrow(RangeError);
    expect(() => decode(Array.from({ length: 8 }, () => Buffer.alloc(1)))).toThrow(RangeError);
  });
});

describe('an INVOKE frame', () => {
  test('has a header, then the event, whether the event is in it or follows', () => {
    const property = fc.property(
      fc.uint8Array(),
      fc.stringMatching(/^[\w=;:-]{0,80}$/),
      fc.stringMatching(/^[\w$:-]{0,80}$/),
      fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      fc.boolean(),
      (payload, traceId, arn, clientContext, whole) => {
        const invocation = {
          requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
          payload,
          invokedFunctionArn: arn,
          traceId,
          clientContext,
          wantsLogTail: false,
        };
        const bytes = encodeInvoke({ invocation, deadlineMs: 1_700_000_000_000 }, whole);
        const [decoded] = decode(whole ? [bytes] : [bytes, Buffer.from(payload)]);
        expect(decoded?.type).toBe(FRAME.invoke);
        const headerBytes = decoded?.body.readUInt32BE(0) ?? 0;
        expect(JSON.parse(String(decoded?.body.subarray(4, 4 + headerBytes)))).toEqual({
          requestId: invocation.requestId,
          deadlineMs: 1_700_000_000_000,
          invokedFunctionArn: arn,
          traceId,
          clientContext: invocation.clientContext,
        });
        expect(decoded?.body.subarray(4 + headerBytes)).toEqual(Buffer.from(payload));
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  test('has no room for an event that follows', () => {
    const invocation = {
      requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
      payload: Buffer.alloc(1024 * 1024),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793',
      clientContext: undefined,
      wantsLogTail: false,
    };
    const head = encodeInvoke({ invocation, deadlineMs: 1_700_000_000_000 }, false);
    expect(head.buffer.byteLength).toBeLessThan(invocation.payload.length);
  });
});
