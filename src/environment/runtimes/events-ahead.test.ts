import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { monotonicMs } from '../ahead/monotonic-clock.ts';
import { FRAME } from '../frames.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import {
  availableRuntimes,
  endFunctions,
  nearestRuntimes,
  removeEverything,
  startFunction,
  startPackage,
} from './testing/functions.ts';
import { compileHandlers } from './testing/java-classes.ts';
import type { RuntimeProcess } from './testing/runtime-process.ts';

const names = new Map<number, string>(Object.entries(FRAME).map(([name, type]) => [type, name]));
const REQUEST_ID_BYTES = 36;

const code = {
  'h.py': `def handler(event, context):
    if event == "leave": exit(3)
    print("began", event[:9])
    return event
`,
  'h.js': `exports.handler = async (event) => {
  if (event === 'leave') process.exit(3);
  console.log('began', event.slice(0, 9));
  return event;
};
`,
  'h.rb': `def handler(event:, context:)
  exit!(3) if event == 'leave'
  puts "began #{event[0, 9]}"
  event
end
`,
};
const pythons = await availableRuntimes([9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`));
const javas = await availableRuntimes(['java8.al2', 'java11', 'java17', 'java21', 'java25']);
const [java] = javas;
const classes = java === undefined ? '' : compileHandlers(java);
const others = [...(await availableRuntimes(['nodejs24.x'])), ...(await nearestRuntimes(['ruby3.4']))];
const runtimes = [...pythons, ...javas, ...others].map((runtime) => ({ id: runtime.id, runtime }));

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

function startEcho(runtime: ResolvedRuntime, variables: Record<string, string> = {}): RuntimeProcess {
  if (!javas.includes(runtime)) return startFunction(runtime, 'h.handler', code, variables);
  return startPackage(runtime, 'example.Printed::echo', classes, variables);
}

describe.each(runtimes)('$id', ({ runtime }) => {
  const start = async () => {
    const process = startEcho(runtime);
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

test.each([...pythons, ...javas])('$id says so when it has been restored, not before', async (runtime) => {
  const process = startEcho(runtime, { AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' });
  expect(await said(process, 1)).toEqual(['restoreNext']);
  process.send(FRAME.restore, Buffer.alloc(0));
  process.deliver([
    ['first', {}],
    ['second', inTime(1)],
  ]);
  expect(await said(process, 7)).toEqual(['next \u0001', ...['first', 'second'].flatMap(answered)]);
});
