import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { END_POSITION, type LogPosition, START_POSITION, type StoredLogEvent } from './log-event.ts';
import { LogSegments, type LogSegmentsOptions } from './log-segments.ts';

let directory: string;
const clock = new MovableClock();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambent-logs-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function openSegments(limits: LogSegmentsOptions['limits'] = {}): LogSegments {
  return new LogSegments({ directory, clock, limits });
}

interface Read {
  readonly from?: LogPosition;
  readonly to?: LogPosition;
  readonly backward?: boolean;
}

async function readAll(segments: LogSegments, streams: readonly string[], read: Read = {}) {
  const found: { stream: string; event: StoredLogEvent }[] = [];
  const range = { from: START_POSITION, to: END_POSITION, backward: false, ...read };
  const sources = streams.map((stream) => ({ source: stream, directory: stream }));
  for await (const chunk of segments.read(sources, range)) {
    for (const { source, event } of chunk) found.push({ stream: source, event });
  }
  return found;
}

async function messages(segments: LogSegments, stream: string): Promise<string[]> {
  return (await readAll(segments, [stream])).map(({ event }) => event.message);
}

async function filesOf(stream: string): Promise<string[]> {
  return (await readdir(join(directory, stream))).toSorted();
}

describe('reading', () => {
  test('sees what was appended a moment ago', async () => {
    const segments = openSegments({ flushIntervalMs: 3_600_000 });
    const log = segments.open('aa/one');
    log.append(5, 'first');
    log.append(6, 'second');
    expect(await messages(segments, 'aa/one')).toEqual(['first', 'second']);
    await segments.close();
  });

  test('merges streams by time and then arrival, both ways, in any range', async () => {
    const appends = fc.array(
      fc.record({
        stream: fc.constantFrom('aa/1', 'aa/2', 'bb/3'),
        at: fc.nat({ max: 30 }),
        flush: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(appends, fc.nat({ max: 30 }), fc.nat({ max: 30 }), async (list, from, to) => {
        const segments = openSegments({ segmentBytes: 300 });
        for (const [index, { stream, at, flush }] of list.entries()) {
          segments.open(stream).append(at, String(index));
          if (flush) await segments.flush();
        }
        const range = { from: { timestampMs: from, arrival: 0 }, to: { timestampMs: to, arrival: 0 } };
        const forward = await readAll(segments, ['aa/1', 'aa/2', 'bb/3'], range);
        const backward = await readAll(segments, ['aa/1', 'aa/2', 'bb/3'], { ...range, backward: true });
        const expected = list.flatMap(({ at }, index) => (at >= from && at < to ? [String(index)] : []));
        expect(forward.map(({ event }) => event.message).toSorted()).toEqual(expected.toSorted());
        const keys = forward.map(({ event }) => event.timestampMs * 1e17 + event.arrival);
        expect(keys).toEqual(keys.toSorted((a, b) => a - b));
        expect(backward).toEqual(forward.toReversed());
        await segments.reset();
      }),
      { numRuns: 40 },
    );
  });

  test('orders what comes after a read behind everything the read showed', async () => {
    const segments = openSegments();
    for (const stream of ['aa/1', 'bb/2']) segments.open(stream).append(7, 'before');
    const shown = await readAll(segments, ['aa/1', 'bb/2']);
    segments.open('aa/1').append(7, 'after');
    const last = shown.at(-1)?.event.arrival ?? Number.POSITIVE_INFINITY;
    const more = await readAll(segments, ['aa/1', 'bb/2'], { from: { timestampMs: 7, arrival: last + 1 } });
    expect(more.map(({ event }) => event.message)).toEqual(['after']);
    await segments.close();
  });
});

describe('after a restart', () => {
  test('everything is still there, with its numbers', async () => {
    const first = openSegments({ segmentBytes: 2000 });
    const log = first.open('aa/one');
    const expected = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    for (const [index, message] of expected.entries()) {
      log.append(1000 + index, message);
      if (index % 7 === 0) await first.flush();
    }
    const before = await first.summary('aa/one');
    await first.close();
    const second = openSegments();
    expect(await messages(second, 'aa/one')).toEqual(expected);
    expect(await second.summary('aa/one')).toEqual(before);
    expect(before).toMatchObject({ count: 100, firstTimestampMs: 1000, lastTimestampMs: 1099 });
    await second.close();
  });

  test.each([1, 30, 60])('a tail torn %i bytes before its end is ignored and written over', async (cut) => {
    const first = openSegments();
    await first.open('aa/one').appendDurably([{ timestampMs: 1, message: 'kept' }]);
    await first.open('aa/one').appendDurably([{ timestampMs: 2, message: 'torn' }]);
    await first.close();
    const [name = ''] = await filesOf('aa/one');
    const bytes = await readFile(join(directory, 'aa/one', name));
    await writeFile(join(directory, 'aa/one', name), bytes.subarray(0, bytes.length - cut));
    const second = openSegments();
    expect(await messages(second, 'aa/one')).toEqual(['kept']);
    await second.open('aa/one').appendDurably([{ timestampMs: 3, message: 'more' }]);
    expect(await messages(second, 'aa/one')).toEqual(['kept', 'more']);
    await second.close();
  });
});

describe('limits', () => {
  test('what comes faster than it can be kept is dropped, counted and told', async () => {
    const segments = openSegments({ streamBufferBytes: 10_000 });
    const log = segments.open('aa/one');
    for (let index = 0; index < 1000; index += 1) log.append(index, 'x'.repeat(100));
    await segments.flush();
    const kept = await messages(segments, 'aa/one');
    const notice = kept.at(-1) ?? '';
    const [, dropped, bytes] = /^\[Lambent\] dropped (\d+) log events \((\d+) bytes\)/.exec(notice) ?? [];
    expect(Number(dropped) + kept.length - 1).toBe(1000);
    expect(Number(bytes)).toBe(Number(dropped) * 100);
    expect(kept.length * 126).toBeLessThan(10_200);
    segments.open('aa/one').append(5000, 'taken again');
    expect((await messages(segments, 'aa/one')).at(-2)).toBe('taken again');
    await segments.close();
  });

  test('there is room for the few events of the platform behind those that are dropped', async () => {
    const segments = openSegments({ streamBufferBytes: 10_000, reserveBytes: 1000 });
    const log = segments.open('aa/one');
    for (let index = 0; index < 1000; index += 1) log.append(index, 'x'.repeat(100));
    log.append(1000, 'REPORT', false, true);
    log.append(1001, 'y'.repeat(100));
    for (let index = 0; index < 100; index += 1) log.append(1002, 'z'.repeat(100), false, true);
    await segments.flush();
    const kept = await messages(segments, 'aa/one');
    const count = (first: string): number => kept.filter((message) => message.startsWith(first)).length;
    expect(count('REPORT')).toBe(1);
    expect(count('y')).toBe(0);
    expect(count('z')).toBeGreaterThan(0);
    expect(count('z')).toBeLessThan(10);
    const [, dropped] = /^\[Lambent\] dropped (\d+) log events/.exec(kept.at(-1) ?? '') ?? [];
    expect(Number(dropped) + kept.length - 1).toBe(1102);
    await segments.close();
  });

  test('a stream beyond its cap loses its oldest segments and says so', async () => {
    const segments = openSegments({ segmentBytes: 5000, streamBytes: 20_000, batchBytes: 1000 });
    const log = segments.open('aa/one');
    for (let index = 0; index < 1000; index += 1) {
      log.append(index, `${index} ${'x'.repeat(80)}`);
      if (index % 50 === 0) await segments.flush();
    }
    await segments.flush();
    const kept = await messages(segments, 'aa/one');
    expect(kept.filter((message) => message.endsWith('x')).at(-1)).toMatch(/^999 /);
    expect(kept.some((message) => message.startsWith('0 '))).toBe(false);
    expect(kept.some((message) => /removed the oldest \d+ log events/.test(message))).toBe(true);
    const names = await filesOf('aa/one');
    expect(names.length).toBeLessThanOrEqual(6);
    await segments.close();
  });

  test('what the disk refuses is told to who waits, and in the stream once the disk takes it again', async () => {
    const errors: unknown[] = [];
    const segments = new LogSegments({ directory, clock, onWriteError: (error) => errors.push(error) });
    const log = segments.open('aa/one');
    await writeFile(join(directory, 'aa'), 'in the way');
    log.append(1, 'lost');
    await expect(log.appendDurably([{ timestampMs: 2, message: 'refused' }])).rejects.toThrow('ENOTDIR');
    await rm(join(directory, 'aa'));
    log.append(3, 'still waiting');
    let kept: string[] = [];
    while (kept.length === 0) {
      // Reading what is known takes no time at all; the timer that ends the pause must get its turn.
      await new Promise((resolve) => setImmediate(resolve));
      kept = await messages(segments, 'aa/one');
    }
    expect(kept).toEqual([
      '[Lambent] dropped 3 log events (24 bytes): they could not be written to the disk\n',
    ]);
    expect(errors.length).toBeGreaterThan(0);
    await segments.close();
  });

  test('many streams need few descriptors', async () => {
    const segments = openSegments({ openFiles: 8 });
    const names = Array.from({ length: 300 }, (_, index) => `aa/${index}`);
    for (const name of names) segments.open(name).append(1, name);
    await segments.flush();
    const open = await readdir('/proc/self/fd');
    const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    expect(targets.filter((target) => target.startsWith(directory)).length).toBeLessThanOrEqual(8);
    expect(await readAll(segments, names)).toHaveLength(300);
    await segments.close();
  });
});

describe('removing', () => {
  test('segments older than a cut-off go, younger ones stay', async () => {
    const segments = openSegments({ segmentBytes: 100 });
    for (const at of [1, 2, 3, 4]) {
      await segments.open('aa/one').appendDurably([{ timestampMs: at, message: 'x'.repeat(100) }]);
    }
    await segments.removeBefore('aa/one', 3);
    expect((await segments.summary('aa/one')).firstTimestampMs).toBe(3);
    expect(await filesOf('aa/one')).toHaveLength(2);
    await segments.removeBefore('aa/one', 100);
    expect((await segments.summary('aa/one')).count).toBe(0);
    await segments.close();
  });

  test('a removed stream leaves nothing and takes nothing', async () => {
    const segments = openSegments();
    const log = segments.open('aa/one');
    log.append(1, 'x');
    await segments.flush();
    const removed = segments.remove(['aa/one']);
    log.append(2, 'y');
    await removed;
    await segments.flush();
    expect(log.isDiscarded).toBe(true);
    await expect(filesOf('aa/one')).rejects.toThrow('ENOENT');
    await segments.close();
  });

  test('a reset empties everything', async () => {
    const segments = openSegments();
    for (const stream of ['aa/1', 'bb/2']) segments.open(stream).append(1, 'x');
    await segments.flush();
    segments.open('aa/1').append(1, 'buffered');
    await segments.reset();
    expect(await readdir(directory)).toEqual([]);
    expect(await messages(segments, 'aa/1')).toEqual([]);
    await segments.close();
  });
});

describe('a stream whose row is not written yet', () => {
  test('takes events and writes them once it is placed', async () => {
    const segments = openSegments();
    const log = segments.create();
    log.append(1, 'early');
    const placed = segments.placed();
    segments.place(log, 'aa/one', true);
    await placed;
    expect(await messages(segments, 'aa/one')).toEqual(['early']);
    await segments.close();
  });

  test('joins the stream that has the directory already', async () => {
    const segments = openSegments();
    segments.open('aa/one').append(1, 'there');
    const log = segments.create();
    log.append(2, 'joined');
    const used = segments.place(log, 'aa/one', false);
    used.append(3, 'later');
    expect(await messages(segments, 'aa/one')).toEqual(['there', 'joined', 'later']);
    await segments.close();
  });
});
