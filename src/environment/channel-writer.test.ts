import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChannelWriter } from './channel-writer.ts';
import { SocketPairs } from './testing/socket-pair.ts';

const pairs = new SocketPairs();
beforeAll(() => pairs.listen());
afterAll(() => pairs.close());

describe('a channel writer', () => {
  test('writes past the stream when the socket takes it at once', async () => {
    const { near, far } = await pairs.make();
    new ChannelWriter(near).write(Buffer.from('now'));
    expect(near.bytesWritten).toBe(0);
    far.resume();
    expect(String((await once(far, 'data'))[0])).toBe('now');
    near.destroy();
  });

  test('keeps the order of writes of any size, whether or not the reader keeps up', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(2000), fc.integer({ min: 100_000, max: 600_000 })), {
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.asyncProperty(sizes, async (lengths) => {
      const { near, far } = await pairs.make();
      const writer = new ChannelWriter(near);
      const sent = lengths.map((length, index) => Buffer.alloc(length, index + 1));
      for (const bytes of sent) writer.write(bytes);
      const received: Buffer[] = [];
      far.on('data', (chunk: Buffer) => received.push(chunk));
      far.resume();
      near.end();
      await once(far, 'end');
      expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
      far.destroy();
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('leaves a lost connection to the stream to report', async () => {
    const { near, far } = await pairs.make();
    const failed = once(near, 'error');
    far.destroy();
    await once(far, 'close');
    const writer = new ChannelWriter(near);
    for (let n = 0; n < 3; n += 1) writer.write(Buffer.alloc(1000));
    expect(String((await failed)[0])).toMatch(/EPIPE|ECONNRESET/);
  });

  test('uses any other stream as a stream', () => {
    const stream = new PassThrough();
    new ChannelWriter(stream).write(Buffer.from('plain'));
    expect(String(stream.read())).toBe('plain');
  });
});
