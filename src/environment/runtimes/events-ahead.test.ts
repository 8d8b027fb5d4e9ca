import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { monotonicMs } from '../ahead/monotonic-clock.ts';
import { FRAME } from '../frames.ts';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';
import type { RuntimeProcess } from './testing/runtime-process.ts';

const names = new Map<number, string>(Object.entries(FRAME).map(([name, type]) => [type, name]));
const REQUEST_ID_BYTES = 36;

const python = {
  handler: 'h.handler',
  files: {
    'h.py':
      'def handler(event, context):\n    if event == "leave": exit(3)\n    print("began", event[:9])\n    return event\n',
  },
};
const nodejs = {
  handler: 'h.handler',
  files: {
    'h.js': `exports.handler = async (event) => {
  if (event === 'leave') process.exit(3);
  console.log('began', event.slice(0, 9));
  return event;
};
`,
  },
};
const runtimes = [
  ...(await availableRuntimes([9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`))).map((runtime) => ({
    id: runtime.id,
    runtime,
    ...python,
  })),
  ...(await availableRuntimes(['nodejs24.x'])).map((runtime) => ({ id: runtime.id, runtime, ...nodejs })),
];

afterEach(endFunctions);
afterAll(removeEverything);

/** What it writes next: the names of frames, and their bodies without a request's id. */
async function said(process: RuntimeProcess, count: number): Promise<string[]> {
  const lines: string[] = [];
  for (let read = 0; read < count; read += 1) {
    const frame = await process.frame();
    if (frame === undefined) return [...lines, 'gone'];
    const name = names.get(frame.type) ?? '';
    const text = frame.body.toString('utf8', name === 'response' ? REQUEST_ID_BYTES : 0);
    lines.push(name === 'log' ? text.replace(/^.*\t/, '').trim() : `${name} ${text}`.trim());
  }
  return lines;
}

const inTime = (ahead: number) => ({ ahead, beginBefore: Math.floor(monotonicMs()) + 60_000 });
const tooLate = (ahead: number) => ({ ahead, beginBefore: Math.floor(monotonicMs()) - 1 });
const answered = (event: string) => [`began ${event.slice(0, 9)}`, `response "${event}"`, 'next'];

describe.each(runtimes)('$id', ({ runtime, handler, files }) => {
  const start = async () => {
    const process = startFunction(runtime, handler, files);
    expect(await said(process, 1)).toEqual(['next \u0001']);
    return process;
  };

  test('begins events that come ahead one after the other, each behind the NEXT of the one before', async () => {
    const process = await start();
    process.deliver([
      ['first', {}],
      ['second', inTime(1)],
      ['third', inTime(2)],
    ]);
    expect(await said(process, 9)).toEqual(['first', 'second', 'third'].flatMap(answered));
    process.deliver([['fourth', {}]]);
    expect(await said(process, 3)).toEqual(answered('fourth'));
  });

  test('passes over one whose time is over, and all that came ahead, until one comes that did not', async () => {
    const process = await start();
    process.deliver([
      ['first', {}],
      ['second', tooLate(7)],
      ['third', inTime(8)],
    ]);
    expect(await said(process, 5)).toEqual([...answered('first'), 'passed 7', 'passed 8']);
    process.deliver([['fourth', inTime(9)]]);
    expect(await said(process, 1)).toEqual(['passed 9']);
    process.deliver([
      ['fifth', {}],
      ['sixth', inTime(10)],
    ]);
    expect(await said(process, 6)).toEqual(['fifth', 'sixth'].flatMap(answered));
  });

  test('events that end within one read and begin within another are whole', async () => {
    const process = await start();
    const large = 'x'.repeat(300_000);
    process.deliver([
      ['first', {}],
      [large, inTime(1)],
      ['third', inTime(2)],
    ]);
    expect(await said(process, 9)).toEqual(['first', large, 'third'].flatMap(answered));
  });

  test('a process that ends has begun none of them', async () => {
    const process = await start();
    process.deliver([
      ['leave', {}],
      ['second', inTime(1)],
    ]);
    expect(await process.exited()).toEqual({ code: 3, signal: null });
    const all = await said(process, 9);
    expect(all.at(-1)).toBe('gone');
    expect(all.join()).not.toContain('second');
  });
});

const restored = runtimes.filter(({ id }) => !id.startsWith('nodejs'));
test.each(restored)(
  '$id says so when it has been restored, not before',
  async ({ runtime, handler, files }) => {
    const process = startFunction(runtime, handler, files, { AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' });
    expect(await said(process, 1)).toEqual(['restoreNext']);
    process.send(FRAME.restore, Buffer.alloc(0));
    process.deliver([
      ['first', {}],
      ['second', inTime(1)],
    ]);
    expect(await said(process, 7)).toEqual(['next \u0001', ...['first', 'second'].flatMap(answered)]);
  },
);
