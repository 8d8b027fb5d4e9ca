import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FrameDecoder } from '../frames.ts';
import { encodeInvoke } from '../invoke-frame.ts';
import { type ReadEvent, readInvoke } from '../testing/played-runtime.ts';
import { invocation } from '../testing/pool-fixture.ts';
import { turn } from '../testing/played-deployment.ts';
import { SocketPairs } from '../testing/socket-pair.ts';
import { InvokeFrames } from './invoke-frames.ts';

const DEADLINE_MS = 1_700_000_000_000;
const pairs = new SocketPairs();
let near: Socket;
let far: Socket;
let frames: InvokeFrames;

beforeAll(() => pairs.listen());
afterAll(() => pairs.close());
beforeEach(async () => {
  ({ near, far } = await pairs.make());
  frames = new InvokeFrames(near);
});

/** All that the runtime's end gets. */
async function arrived(): Promise<ReadEvent[]> {
  // What waits for the end of its turn.
  await turn();
  near.end();
  const events: ReadEvent[] = [];
  const decoder = new FrameDecoder((_type, body) => events.push(readInvoke(body)));
  far.on('data', (chunk: Buffer) => decoder.push(chunk));
  far.resume();
  await once(far, 'end');
  far.destroy();
  return events;
}

const plain = { ahead: undefined, beginBefore: undefined, deadlineMs: DEADLINE_MS };
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => invocation(text)) as [Sent, Sent, Sent, Sent];
type Sent = ReturnType<typeof invocation>;

function ahead(what: Sent, isFirst: boolean, beginBefore = 7): boolean {
  return frames.deliverAhead(what, DEADLINE_MS, { beginBefore, mayDoze: false, isFirst });
}

test('a runtime is told that it may doze, where it may', () => {
  const headerOf = (mayDoze: boolean): string =>
    encodeInvoke(
      { invocation: a, deadlineMs: DEADLINE_MS, ahead: { serial: 1, beginBefore: 7, mayDoze } },
      false,
    ).toString('utf8', 9);
  expect(JSON.parse(headerOf(true))).toMatchObject({ ahead: 1, beginBefore: 7, doze: true });
  expect(JSON.parse(headerOf(false))).not.toHaveProperty('doze');
});

test('events leave in the order in which they were given, whether at once, together, ahead or large', async () => {
  const large = invocation('x'.repeat(100_000));
  frames.deliver(a, DEADLINE_MS, true);
  expect(ahead(b, true)).toBe(true);
  frames.deliver(large, DEADLINE_MS, true);
  frames.deliver(c, DEADLINE_MS, true);
  frames.deliver(d, DEADLINE_MS, false);
  const ids = (await arrived()).map(({ requestId }) => requestId);
  expect(ids).toEqual([a, b, large, c, d].map(({ requestId }) => requestId));
});

test('what goes ahead has a number of its own and the time before which it is to begin, and is not sent again', async () => {
  frames.deliver(a, DEADLINE_MS, false);
  expect([ahead(b, true, 7), ahead(c, false, 8)]).toEqual([true, true]);
  frames.ended();
  frames.deliver(b, DEADLINE_MS, true);
  frames.ended();
  frames.deliver(c, DEADLINE_MS, true);
  expect(await arrived()).toMatchObject([
    { ...plain, payload: '"a"' },
    { deadlineMs: DEADLINE_MS, ahead: 1, beginBefore: 7, payload: '"b"' },
    { deadlineMs: DEADLINE_MS, ahead: 2, beginBefore: 8, payload: '"c"' },
  ]);
});

test('one that was passed over is sent once more as the next, with the deadline it has now, and so is each behind it', async () => {
  frames.deliver(a, DEADLINE_MS, false);
  ahead(b, true);
  ahead(c, false);
  frames.ended();
  frames.deliver(b, DEADLINE_MS + 50, true);
  expect(frames.passed(1)).toBe(true);
  // Behind those none is to be begun that came after them.
  expect(ahead(d, false)).toBe(false);
  frames.ended();
  // The runtime's word that it has passed over this one as well.
  expect(frames.passed(2)).toBe(false);
  frames.deliver(c, DEADLINE_MS, true);
  expect(ahead(d, true)).toBe(true);
  expect((await arrived()).slice(3)).toMatchObject([
    { ...plain, deadlineMs: DEADLINE_MS + 50, payload: '"b"' },
    { ...plain, payload: '"c"' },
    { ahead: 3, payload: '"d"' },
  ]);
});

test('nothing else is passed over: not what was taken back, is over, or was asked for', async () => {
  frames.deliver(a, DEADLINE_MS, false);
  ahead(b, true);
  expect(frames.passed(1)).toBe(false);
  frames.takeBack();
  frames.ended();
  frames.deliver(b, DEADLINE_MS, false);
  for (const serial of [0, 1, 2, Number.NaN]) expect(frames.passed(serial)).toBe(false);
  ahead(c, true);
  frames.ended();
  frames.deliver(c, DEADLINE_MS, false);
  frames.ended();
  expect(frames.passed(2)).toBe(false);
  const sent = await arrived();
  expect(sent.map(({ ahead: serial, payload }) => [serial, payload])).toEqual([
    [undefined, '"a"'],
    [1, '"b"'],
    [undefined, '"b"'],
    [2, '"c"'],
  ]);
});

test('an event of more than 16 KiB does not go ahead', async () => {
  expect(ahead(invocation('x'.repeat(16 * 1024 - 1)), true)).toBe(false);
  expect(ahead(invocation('x'.repeat(16 * 1024 - 2)), true)).toBe(true);
  expect(await arrived()).toHaveLength(1);
});
