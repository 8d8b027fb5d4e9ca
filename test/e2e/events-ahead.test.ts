import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paginateDescribeLogStreams, paginateGetLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteFunctionCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { deploy, eventually, untilUpdated } from '../support/functions.ts';
import { type Blow, hammer, type Hammered } from '../support/hammer.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

const CONNECTIONS = 64;
const BEFORE_AND_AFTER = 5000;

let server: TestServer;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  // One process: many are limited later. Concurrency as it admits what one machine can do.
  const flags = ['--isolation', 'process', '--workers', '1', '--concurrency', '1000000'];
  [server, directory] = await Promise.all([startServer({ flags }), temporaryDirectory()]);
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await directory.remove();
});

/** What a function does with an event besides noting that it has begun it. */
type Kind = 'quick' | 'slow' | 'throws' | 'exits' | 'hangs' | 'prints' | 'logs' | 'waits';

interface Event {
  readonly id: number;
  readonly kind: Kind;
}

/** Notes each execution in a file of its own function, where a line is written whole. */
const codeOf = (name: string, word: string): string => `
const fs = require('node:fs');
const begun = fs.openSync(${JSON.stringify(join(directory.path, name))}, 'a');
const go = ${JSON.stringify(join(directory.path, `${name}-go`))};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = async ({ id, kind }) => {
  fs.writeSync(begun, id + '\\n');
  if (kind === 'slow') await pause(1000);
  if (kind === 'hangs') await pause(60_000);
  if (kind === 'waits') while (!fs.existsSync(go)) await pause(10);
  if (kind === 'throws') throw new Error('thrown by ' + id);
  if (kind === 'exits') process.exit(1);
  if (kind === 'logs') console.log('logged by ' + id);
  if (kind === 'prints') fs.writeSync(1, 'printed by ' + id + '\\n');
  return ${JSON.stringify(word)} + id;
};
`;

/** A function under load, what was sent to it and what came back. */
class Hammering {
  readonly answers = new Map<number, Hammered>();
  readonly events: Event[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async deploy(settings: { readonly Timeout?: number } = {}): Promise<void> {
    await writeFile(join(directory.path, this.#name), '', { mode: 0o666 });
    const files = { 'index.js': codeOf(this.#name, 'one ') };
    await deploy(server.lambda, this.#name, files, { MemorySize: 1769, Timeout: 30, ...settings });
  }

  /** Sends events, the kind of each by its number in the row, until there is none for it. */
  async send(kindOf: (index: number) => Kind | undefined, connections = CONNECTIONS): Promise<void> {
    let index = 0;
    const next = (): Blow | undefined => {
      const kind = kindOf(index);
      return kind && this.#blow(kind, (index += 1));
    };
    await hammer(server.endpoint, this.#name, connections, next, ({ body }, answer) =>
      this.answers.set((JSON.parse(body) as Event).id, answer),
    );
  }

  /** Resolves when so many more are answered. */
  async untilAnswered(more: number): Promise<void> {
    const before = this.answers.size;
    await eventually(
      async () => await Promise.resolve(this.answers.size),
      (size) => size >= before + more,
      60_000,
    );
  }

  /** The ids of those that were begun, in the order of that. */
  begun(): number[] {
    return readFileSync(join(directory.path, this.#name), 'utf8').trim().split('\n').map(Number);
  }

  /** Every event has one answer, which is its own, and was begun exactly once. */
  check(words: readonly string[] = ['one ']): void {
    expect(this.answers.size).toBe(this.events.length);
    const wrong = this.events.filter(({ id, kind }) => !isOwn(id, kind, this.answers.get(id), words));
    expect(wrong.map((event) => [event, this.answers.get(event.id)])).toEqual([]);
    const refused = this.events.filter(({ id }) => this.answers.get(id)?.status === 404);
    const expected = new Set(this.events.map(({ id }) => id));
    for (const { id } of refused) expected.delete(id);
    expect(this.begun().toSorted((a, b) => a - b)).toEqual([...expected].toSorted((a, b) => a - b));
  }

  #blow(kind: Kind, index: number): Blow {
    const event = { id: this.events.length, kind };
    this.events.push(event);
    return { body: JSON.stringify(event), wantsTail: index % 211 === 0 };
  }
}

function isOwn(id: number, kind: Kind, answer: Hammered | undefined, words: readonly string[]): boolean {
  if (answer === undefined) return false;
  const { status, isFunctionError, body, log } = answer;
  if (status === 404 && words.includes('gone')) return true;
  if (status !== 200 || (log !== undefined && !/^START .*\nREPORT .*\n$/s.test(log))) return false;
  if (kind === 'exits') return isFunctionError && body.includes('Runtime.ExitError');
  if (kind === 'hangs') return isFunctionError && body.includes('Sandbox.Timedout');
  if (kind === 'throws') return isFunctionError && body.includes(`"thrown by ${id}"`);
  return !isFunctionError && words.some((word) => body === `"${word}${id}"`);
}

/** Kinds that come now and then, each with how often; the others are quick. */
function mixed(...kinds: readonly (readonly [every: number, kind: Kind])[]): (index: number) => Kind {
  return (index) => kinds.find(([every]) => index % every === every - 1)?.[1] ?? 'quick';
}

/** So many of them and no more. */
function upTo(count: number, kindOf: (index: number) => Kind): (index: number) => Kind | undefined {
  return (index) => (index < count ? kindOf(index) : undefined);
}

/** Makes a change while events come and go: so many before it and as many after it, however quick they are. */
async function amidst(
  it: Hammering,
  kindOf: (index: number) => Kind,
  change: () => Promise<void>,
): Promise<void> {
  const life = { isOver: false };
  const load = it.send((index) => (life.isOver ? undefined : kindOf(index)));
  await beside(load, async () => {
    try {
      await it.untilAnswered(BEFORE_AND_AFTER);
      await change();
      await it.untilAnswered(BEFORE_AND_AFTER);
    } finally {
      life.isOver = true;
    }
  });
  await load;
}

test('brief invocations with some slow, thrown and left in between are each answered and executed once', async () => {
  const it = new Hammering('mixed');
  await it.deploy();
  await it.send(upTo(30_000, mixed([1009, 'exits'], [997, 'slow'], [101, 'throws'], [13, 'logs'])));
  it.check();
}, 120_000);

test('some that run into their timeout lose nobody who came behind them', async () => {
  const it = new Hammering('hanging');
  // The next in a process that was ended has to start it again within that, however busy the machine.
  await it.deploy({ Timeout: 5 });
  await it.send(upTo(15_000, mixed([1501, 'hangs'], [101, 'throws'])));
  it.check();
}, 120_000);

test('those that come while others take their time are all answered before these end', async () => {
  const it = new Hammering('behind');
  await it.deploy();
  const slow: Promise<void>[] = [];
  await amidst(
    it,
    () => 'quick',
    async () => {
      const four = upTo(4, () => 'waits');
      slow.push(it.send(four, 4));
      await eventually(
        async () => await Promise.resolve(it.begun()),
        (begun) => it.events.filter(({ id, kind }) => kind === 'waits' && begun.includes(id)).length === 4,
      );
    },
  );
  expect(it.answers.size).toBe(it.events.length - 4);
  await writeFile(join(directory.path, 'behind-go'), '', { mode: 0o666 });
  await Promise.all(slow);
  it.check();
}, 120_000);

test('a new code in the midst of it is had by those that come then, and nobody is lost', async () => {
  const it = new Hammering('updated');
  await it.deploy();
  await amidst(it, mixed([1009, 'exits']), async () => {
    const ZipFile = await zipOf({ 'index.js': codeOf('updated', 'two ') });
    await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile }));
    await untilUpdated(server.lambda, 'updated');
  });
  it.check(['one ', 'two ']);
  await it.send(upTo(10, () => 'quick'));
  expect([...it.answers.values()].at(-1)?.body).toMatch(/^"two /);
}, 120_000);

test('where the function is deleted in the midst of it each is executed once, or told so and not executed', async () => {
  const it = new Hammering('deleted');
  await it.deploy();
  await amidst(
    it,
    () => 'quick',
    async () => {
      await server.lambda.send(new DeleteFunctionCommand({ FunctionName: 'deleted' }));
    },
  );
  it.check(['one ', 'gone']);
  expect([...it.answers.values()].at(-1)?.status).toBe(404);
}, 120_000);

/** The lines of each of its environments. */
async function logsOf(name: string): Promise<string[][]> {
  const logGroupName = `/aws/lambda/${name}`;
  const { logs: client } = server;
  const logs: string[][] = [];
  for await (const { logStreams = [] } of paginateDescribeLogStreams({ client }, { logGroupName }))
    for (const { logStreamName = '' } of logStreams) logs.push(await linesOf(logGroupName, logStreamName));
  return logs;
}

async function linesOf(logGroupName: string, logStreamName: string): Promise<string[]> {
  const { logs: client } = server;
  const lines: string[] = [];
  const stream = { logGroupName, logStreamName, startFromHead: true };
  for await (const { events = [] } of paginateGetLogEvents({ client, stopOnSameToken: true }, stream))
    lines.push(...events.map(({ message = '' }) => message.trimEnd()));
  return lines;
}

/** Throws unless each invocation's lines stand together, from START to REPORT. @returns how many there are */
function countInvocations(lines: readonly string[]): number {
  let current: string | undefined;
  let expected = 'START';
  let count = 0;
  for (const line of lines) {
    const [, word = '', id] = /^(START|END|REPORT) RequestId: (\S{36})/.exec(line) ?? [];
    if (id === undefined) continue;
    expect([line, word]).toEqual([line, expected]);
    if (word === 'START') current = id;
    expect(id).toBe(current);
    expected = word === 'START' ? 'END' : word === 'END' ? 'REPORT' : 'START';
    if (word === 'REPORT') count += 1;
  }
  expect(expected).toBe('START');
  return count;
}

test('the log of each environment has one invocation after the other, whatever they print past the channel', async () => {
  const it = new Hammering('logged');
  await it.deploy();
  const kinds = mixed([601, 'prints'], [503, 'exits'], [7, 'logs']);
  await it.send(upTo(6000, kinds));
  it.check();
  const logs = await eventually(
    async () => await logsOf('logged'),
    (found) => found.flat().filter((line) => line.startsWith('REPORT')).length >= 6000,
  );
  const invocations = logs.reduce((sum, lines) => sum + countInvocations(lines), 0);
  expect(invocations).toBe(6000);
}, 120_000);
