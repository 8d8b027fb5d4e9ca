import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { END_POSITION, START_POSITION } from './log-event.ts';
import { LogSegments, type LogSegmentsOptions } from './log-segments.ts';
import type { StreamLog } from './stream-log.ts';

let directory: string;
const clock = new MovableClock();
const EVERYTHING = { from: START_POSITION, to: END_POSITION, backward: false };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambent-streams-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function openSegments(limits: LogSegmentsOptions['limits'] = {}, inside = ''): LogSegments {
  return new LogSegments({ directory: join(directory, inside), clock, limits });
}

async function messages(segments: LogSegments, streams: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const sources = streams.map((stream) => ({ source: stream, directory: stream }));
  for await (const chunk of segments.read(sources, EVERYTHING))
    for (const { event } of chunk) found.push(event.message);
  return found;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `aa/${index}`);
}

/** As for an environment that comes, logs and goes. */
async function live(segments: LogSegments, name: string): Promise<void> {
  const log = segments.create();
  log.append(1, name);
  const used = segments.place(log, name, true);
  used.close();
  await segments.flush();
}

describe('streams that nobody uses', () => {
  test('have no object of their own, and are not lost', async () => {
    const segments = openSegments({ idleStreams: 10 });
    for (const name of names(100)) await live(segments, name);
    expect(segments.counts.open).toBeLessThanOrEqual(11);
    expect(await messages(segments, names(100))).toEqual(names(100));
    expect(segments.counts).toEqual({ open: 0, remembered: 100 });
    await segments.close();
  });

  test('that are still open are forgotten as well, and go on in the same file', async () => {
    const segments = openSegments({ idleStreams: 10 });
    const put = async (message: string): Promise<void> => {
      for (const name of names(100))
        await segments.open(name).appendDurably([{ timestampMs: 1, message: `${message} of ${name}` }]);
    };
    await put('first');
    expect(segments.counts.open).toBeLessThanOrEqual(11);
    await put('second');
    expect(await readdir(join(directory, 'aa/7'))).toEqual([expect.stringMatching(/\.open$/)]);
    expect(await messages(segments, ['aa/7'])).toEqual(['first of aa/7', 'second of aa/7']);
    await segments.close();
  });

  test('are remembered as long as there is room for it, and found on the disk then', async () => {
    const segments = openSegments({ idleStreams: 0, rememberedBytes: 2000 });
    const put = async (message: string): Promise<void> => {
      for (const name of names(50)) await segments.open(name).appendDurably([{ timestampMs: 1, message }]);
    };
    await put('first');
    expect(segments.counts.remembered).toBeGreaterThan(5);
    expect(segments.counts.remembered).toBeLessThan(20);
    await put('second');
    expect(await messages(segments, names(50))).toEqual([
      ...names(50).map(() => 'first'),
      ...names(50).map(() => 'second'),
    ]);
    expect(await segments.summary('aa/0')).toMatchObject({ count: 2, messageBytes: 11 });
    await segments.close();
  });

  test('leave nothing behind when they are removed', async () => {
    const segments = openSegments();
    for (const name of names(20)) await live(segments, name);
    await messages(segments, names(20));
    await segments.remove(names(20));
    expect(segments.counts).toEqual({ open: 0, remembered: 0 });
    expect(await readdir(join(directory, 'aa'))).toEqual([]);
    await segments.close();
  });
});

describe('streams that somebody uses', () => {
  test('an environment keeps its own, however long it is silent', async () => {
    const segments = openSegments({ idleStreams: 0 });
    const log = segments.create();
    const own = segments.place(log, 'bb/own', true);
    own.append(1, 'early');
    for (const name of names(20)) await live(segments, name);
    own.append(2, 'late');
    expect(segments.open('bb/own')).toBe(own);
    expect(await messages(segments, ['bb/own'])).toEqual(['early', 'late']);
    await segments.close();
  });

  test('a reader sees all of it, though it is sealed meanwhile and others come and go', async () => {
    const segments = openSegments({ idleStreams: 0 });
    const own = segments.place(segments.create(), 'bb/own', true);
    own.append(1, 'first');
    const other = segments.place(segments.create(), 'cc/other', true);
    other.append(1, 'of another');
    own.append(2, 'second');
    const read = segments.read(
      ['bb/own', 'cc/other'].map((stream) => ({ source: stream, directory: stream })),
      EVERYTHING,
    );
    const seen = (await read.next()).value?.map(({ event }) => event.message) ?? [];
    own.close();
    await segments.flush();
    for (const name of names(20)) await live(segments, name);
    for await (const chunk of read) seen.push(...chunk.map(({ event }) => event.message));
    expect(seen).toEqual(['first', 'of another', 'second']);
    await segments.close();
  });
});

interface Model {
  readonly kept: Map<string, string[]>;
  readonly held: Map<string, StreamLog>;
}

type Step = readonly [kind: 'append' | 'put' | 'close' | 'read' | 'remove' | 'reopen', stream: string];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('append', 'append', 'put', 'put', 'close', 'read', 'remove', 'reopen'),
    fc.constantFrom(...names(4)),
  ),
  { maxLength: 40 },
);

/** One step, in the segments and in what they must hold. */
async function take(segments: LogSegments, { kept, held }: Model, [kind, stream]: Step, text: string) {
  const messagesOf = kept.get(stream) ?? [];
  const append = (): void => {
    const known = held.get(stream);
    const log =
      known === undefined || known.isDiscarded ? segments.place(segments.create(), stream, false) : known;
    log.append(1, text);
    held.set(stream, log);
  };
  if (kind === 'append') append();
  if (kind === 'put') await segments.open(stream).appendDurably([{ timestampMs: 1, message: text }]);
  if (kind === 'append' || kind === 'put') kept.set(stream, [...messagesOf, text]);
  if (kind === 'close') held.get(stream)?.close();
  if (kind === 'read') expect(await messages(segments, [stream])).toEqual(messagesOf);
  if (kind !== 'remove') return;
  await segments.remove([stream]);
  kept.delete(stream);
}

/** No two processes begin in the same one, and arrival numbers count on that. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
}

test('whatever comes in whatever order, nothing is lost, doubled or out of order', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(0, 300, 100_000), async (list, rememberedBytes) => {
      const limits = { idleStreams: 0, rememberedBytes, segmentBytes: 200, flushIntervalMs: 3_600_000 };
      runs += 1;
      const open = (): LogSegments => openSegments(limits, String(runs));
      let segments = open();
      const model: Model = { kept: new Map(), held: new Map() };
      for (const [index, step] of list.entries()) {
        await take(segments, model, step, `message ${index}`);
        if (step[0] !== 'reopen') continue;
        await segments.close();
        await nextMillisecond();
        model.held.clear();
        segments = open();
      }
      for (const stream of names(4))
        expect(await messages(segments, [stream])).toEqual(model.kept.get(stream) ?? []);
      await segments.close();
    }),
    { numRuns: 150 },
  );
});
