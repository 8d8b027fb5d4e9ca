import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import { PlayedDeployment, PlayedPlatform, turn } from '../testing/played-deployment.ts';
import type { PlayedRuntime } from '../testing/played-runtime.ts';

const platform = new PlayedPlatform();
afterAll(() => platform.fixture.close());

const LETTERS = 'a b c d e f g h i j k l'.split(' ');

let it: PlayedDeployment;
let environment: ExecutionEnvironment | undefined;
let runtime: PlayedRuntime;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  it = new PlayedDeployment(platform);
  await it.start(1);
  [environment] = it.environments;
  runtime = it.runtimeOf(environment);
});

afterEach(async () => {
  vi.useRealTimers();
  await it.close();
});

/** The environment has done with one invocation, and gets these events: the first begins, others may follow it. */
async function begin(...names: readonly string[]): Promise<string[]> {
  const { requestId } = it.send('before');
  const ids = names.map((name) => it.send(name).requestId);
  done(requestId);
  await arrived();
  await turn();
  runtime.events.shift();
  return ids;
}

/** Sends more events; returns their ids. */
async function sent(...names: readonly string[]): Promise<string[]> {
  const ids = names.map((name) => it.send(name).requestId);
  await turn();
  return ids;
}

/** The runtime is done with an event that it has begun. */
function done(id: string | undefined): void {
  runtime.respond(id ?? '', '"done"');
}

async function arrived(): Promise<void> {
  runtime.arrive();
  await turn();
}

async function looked(): Promise<void> {
  it.look();
  await arrived();
}

const texts = () => runtime.events.map(({ payload, ahead }) => [payload, ahead]);
const answers = (ids: readonly string[]) => ids.map((id) => it.ended.get(id)?.map(({ text }) => text));
/** Without dates and durations. */
const log = () => it.logs().flatMap((lines) => lines.map(shortOf));

function shortOf(line: string): string {
  const [, word, id] = /^(START|END|REPORT) RequestId: (\S{36})/.exec(line) ?? [];
  return word === undefined ? line : `${word} ${id}`;
}

describe('what goes ahead', () => {
  test('up to eight, behind one that has just begun', async () => {
    await begin(...LETTERS);
    expect(texts().map(([, ahead]) => ahead)).toEqual([undefined, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(it.group.runners.count).toBe(8);
    expect(it.group.waiters.length).toBe(3);
  });

  test('more in the order in which they came, as soon as the runtime has begun the next', async () => {
    const ids = await begin(...LETTERS);
    for (const id of ids.slice(0, 3)) done(id);
    await arrived();
    expect(texts().slice(9)).toEqual([
      ['"j"', 9],
      ['"k"', 10],
      ['"l"', 11],
    ]);
    expect(answers(ids.slice(0, 4))).toEqual([['"done"'], ['"done"'], ['"done"'], []]);
  });

  test('none behind one that has run for more than two milliseconds', async () => {
    await begin('a');
    vi.advanceTimersByTime(2.5);
    await sent('b');
    expect(texts()).toEqual([['"a"', undefined]]);
    expect(it.group.waiters.length).toBe(1);
  });

  test('none that wants the tail of the log, and none behind it', async () => {
    const [first] = await begin('a');
    const { requestId } = it.send('b', { wantsLogTail: true });
    await sent('c');
    expect(texts()).toHaveLength(1);
    done(first);
    await arrived();
    expect(texts().slice(1)).toEqual([['"b"', undefined]]);
    done(requestId);
    await arrived();
    await vi.waitFor(() => expect(texts().slice(2)).toEqual([['"c"', undefined]]));
  });

  test('none to an environment that is not to be used again', async () => {
    await begin('a', 'b');
    environment?.giveUp();
    await sent('c');
    expect(texts()).toEqual([
      ['"a"', undefined],
      ['"b"', 1],
    ]);
  });

  test('none to a runtime that prints past its channel', async () => {
    await begin('a', 'b');
    runtime.output.write('text\n');
    await turn();
    await sent('c');
    expect(texts()).toHaveLength(2);
  });
});

describe('an environment that has had few invocations', () => {
  beforeEach(async () => {
    await it.start(2, 0);
    [, environment] = it.environments;
    runtime = it.runtimeOf(environment);
    it.group.idle.shift();
  });

  /** Its next invocation is over, and the platform has gone on. */
  async function over(id: string | undefined): Promise<void> {
    done(id);
    await arrived();
    for (let turns = 0; turns < 3; turns += 1) await turn();
  }

  test('has nothing ahead: it may turn out to print past its channel', async () => {
    const ids = await sent(...LETTERS);
    for (const id of ids.slice(0, 7)) await over(id);
    expect(texts().map(([, ahead]) => ahead)).toEqual(Array(8).fill(undefined));
    await over(ids[7]);
    expect(texts().slice(8)).toEqual([
      ['"i"', undefined],
      ['"j"', 1],
      ['"k"', 2],
      ['"l"', 3],
    ]);
  });
});

test('several environments that are busy have them in turn', async () => {
  await it.start(2);
  const runtimes = it.environments.map((each) => it.runtimeOf(each));
  // One for each; then one and eight ahead for the first that is done, and one for the second.
  for (let count = 0; count < 12; count += 1) it.send(count);
  await turn();
  for (const [index, answered] of [1, 1, 8].entries()) {
    const each = runtimes[index % 2];
    for (const event of each?.events.splice(0, answered) ?? []) each?.respond(event.requestId, '1');
    each?.arrive();
    await turn();
  }
  for (const name of LETTERS) it.send(name);
  await turn();
  expect(it.environments.map(({ ahead }) => ahead.count)).toEqual([6, 6]);
  expect(it.group.waiters.length).toBe(0);
});

describe('what is taken back', () => {
  test('all that has not begun in time, and they wait as the oldest, in their order', async () => {
    const [a = '', ...others] = await begin(...LETTERS.slice(0, -1));
    vi.advanceTimersByTime(5);
    await looked();
    expect(it.group.runners.count).toBe(8);
    vi.advanceTimersByTime(1);
    await looked();
    expect(it.group.runners.count).toBe(0);
    const waiting = it.group.waiters.takeAll().map(({ invocation }) => invocation.requestId);
    expect(waiting).toEqual(others);
    expect(answers([a])).toEqual([[]]);
  });

  test('is had by another environment, and by none twice', async () => {
    const [a, b, c] = await begin('a', 'b', 'c');
    await it.start(2);
    vi.advanceTimersByTime(6.5);
    await looked();
    const other = it.runtimeOf(it.environments[1]);
    await vi.waitFor(() => expect(other.events.map(({ payload }) => payload)).toEqual(['"b"', '"c"']));
    // The first passes over them when it is done.
    done(a);
    for (const serial of [1, 2]) runtime.passed(serial);
    await arrived();
    other.respond(b ?? '', '"b"');
    other.respond(c ?? '', '"c"');
    other.arrive();
    await turn();
    expect(answers([a, b, c].map(String))).toEqual([['"done"'], ['"b"'], ['"c"']]);
    expect(texts()).toHaveLength(3);
  });

  test('not what has begun by an answer that is read in the same turn of the event loop', async () => {
    const [a, b] = await begin('a', 'b', 'c');
    vi.advanceTimersByTime(1);
    done(a);
    vi.advanceTimersByTime(6);
    await looked();
    expect(answers([a, b].map(String))).toEqual([['"done"'], []]);
    // It has: `b` is in hand, and only `c` waits.
    expect(it.group.runners.count).toBe(0);
    expect(it.group.waiters.takeAll().map(({ invocation }) => invocation.payload.toString())).toHaveLength(1);
  });

  test('nothing while it is not read what the runtime says, nor where that began only now', async () => {
    const [a] = await begin('a', 'b');
    done(a);
    vi.advanceTimersByTime(7);
    runtime.answers.pause();
    it.look();
    await turn();
    expect(it.group.waiters.length).toBe(0);
    runtime.answers.resume();
    await turn();
    it.look();
    runtime.answers.pause();
    runtime.answers.resume();
    await turn();
    expect(it.group.waiters.length).toBe(0);
    await looked();
    expect(answers([String(a)])).toEqual([['"done"']]);
    expect(it.group.waiters.length).toBe(0);
  });
});

describe('what the runtime says after it has asked for the next event', () => {
  test('is of that one, where the output of the last one is read a turn later', async () => {
    runtime.output.write('printed by none\n');
    await turn();
    const [a = '', b = ''] = await sent('a', 'b');
    done(a);
    setImmediate(() => setImmediate(() => runtime.output.write('printed by a\n')));
    runtime.arrive();
    await vi.waitFor(() => expect(log()).toContain(`START ${b}`));
    expect(log().slice(-5)).toEqual([`START ${a}`, 'printed by a', `END ${a}`, `REPORT ${a}`, `START ${b}`]);
  });

  test("is of that one, where the last one's output was read just before", async () => {
    const [a = '', b = '', c = ''] = await begin('a', 'b', 'c');
    runtime.output.write('printed by a\n');
    done(a);
    runtime.log('logged by b');
    done(b);
    runtime.log('logged by c');
    done(c);
    runtime.arrive();
    await vi.waitFor(() => expect(log().at(-1)).toBe(`REPORT ${c}`));
    expect(answers([a, b, c])).toEqual([['"done"'], ['"done"'], ['"done"']]);
    const lines = [
      [a, 'printed by a'],
      [b, 'logged by b'],
      [c, 'logged by c'],
    ].flatMap(([id, line]) => [`START ${id}`, line, `END ${id}`, `REPORT ${id}`]);
    expect(log().slice(-lines.length)).toEqual(lines);
  });

  test('is of that one, where there is no such output', async () => {
    const [a = '', b = ''] = await begin('a', 'b');
    done(a);
    runtime.log('logged by b');
    await arrived();
    done(b);
    await arrived();
    await vi.waitFor(() => expect(log().at(-1)).toBe(`REPORT ${b}`));
    expect(log().slice(-5)).toEqual([`REPORT ${a}`, `START ${b}`, 'logged by b', `END ${b}`, `REPORT ${b}`]);
  });

  test('and by exiting is of that one too: it has failed, and those behind it have not begun', async () => {
    const [a = '', b = '', c = ''] = await begin('a', 'b', 'c');
    // So much that it is read by and by.
    runtime.output.write('printed by a\n'.repeat(5000));
    await turn();
    done(a);
    runtime.exit();
    await vi.waitFor(() => expect(it.ended.get(b)).toHaveLength(1));
    expect(answers([a])).toEqual([['"done"']]);
    expect(answers([b])).toEqual([[expect.stringContaining('Runtime.ExitError')]]);
    const next = () => it.runtimeOf(environment);
    await vi.waitFor(() => expect(next().events.map(({ requestId }) => requestId)).toEqual([c]));
    next().respond(c, '"done"');
    next().arrive();
    await vi.waitFor(() => expect(answers([c])).toEqual([['"done"']]));
  });
});

test('whoever is ahead of an environment that is destroyed is told so, like the one in hand', async () => {
  const ids = await begin('a', 'b', 'c');
  await environment?.destroy();
  const told = answers(ids);
  expect(told[0]).toHaveLength(1);
  expect(new Set(told.flat())).toHaveLength(1);
  expect(told).toEqual([told[0], told[0], told[0]]);
});
