import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FRAME } from '../frames.ts';
import { ProvisionedEnvironments } from '../provisioned-environments.ts';
import { LimitedDeployment } from '../testing/limited-deployment.ts';
import { type Answer, PoolFixture } from '../testing/pool-fixture.ts';

const PATIENT = { timeout: 20_000, interval: 1 };

let fixture: PoolFixture;
let it: LimitedDeployment;

beforeEach(async () => {
  fixture = new PoolFixture();
  it = await LimitedDeployment.start(fixture);
  // Nobody is sent to wait in an environment that may yet turn out to print, nor behind what runs for the first time.
  for (let calls = 0; calls < 8; calls += 1) await it.send(echo('warm'));
  await vi.waitUntil(() => it.group.idle.length === 1, PATIENT);
});

afterEach(async () => {
  await it.close();
  await fixture.close();
});

const say = (...frames: [type: number, text: string][]): unknown => ({ do: 'say', frames });
const echo = (value: unknown): unknown => ({ do: 'echo', value });

/** Of a caller who takes his response in parts, and none so far. */
const sink = { begin: () => undefined, write: () => false, whenReady: () => undefined };

/**
 * One in hand and another ahead. On a slow machine the first may have run for too long to have another behind it.
 * @param end where the first ends as soon as there is a file
 */
async function pair(
  first: unknown,
  second: unknown,
  end?: string,
): Promise<[Promise<Answer>, Promise<Answer>]> {
  for (;;) {
    const sent: [Promise<Answer>, Promise<Answer>] = [it.send(first), it.send(second)];
    if (it.group.runners.count === 1) return sent;
    if (end !== undefined) writeFileSync(end, '');
    await Promise.all(sent);
    if (end !== undefined) rmSync(end);
  }
}

/** Looks, as the platform does while it is busy, until it is so. */
async function lookUntil(isSo: () => boolean): Promise<void> {
  await vi.waitUntil(() => {
    it.look();
    return isSo();
  }, PATIENT);
}

test('numbers of events that are made up are passed over, and all are answered', async () => {
  const texts = ['0', '1', '2', '3', '-1', 'NaN', '', '1e999', ' 2', '0x2', '9'.repeat(1000), 'é'];
  const passed = say(...texts.map((text): [number, string] => [FRAME.passed, text]));
  const answers = [it.send(passed), it.send(passed), it.send(echo('a')), it.send(passed), it.send(echo('b'))];
  const values = (await Promise.all(answers)).map(({ value, functionError }) => functionError ?? value);
  expect(values).toEqual([null, null, 'a', null, 'b']);
  expect((await it.send(echo('c'))).value).toBe('c');
});

test('an event that its function says it has passed over comes once more, and not again', async () => {
  const first = it.send(say([FRAME.log, 'begins']));
  const forged = it.send(
    say([FRAME.log, 'twice'], ...Array.from({ length: 50 }, (): [number, string] => [FRAME.passed, '1'])),
  );
  expect((await first).value).toBeNull();
  expect((await forged).value).toBeNull();
  expect((await it.send(echo('after'))).value).toBe('after');
  expect(fixture.lines().filter((line) => line === 'twice').length).toBeLessThanOrEqual(2);
});

test('an event that is ahead is not answered before it begins', async () => {
  const requestId = '9476a536-e9f4-11e8-9739-2dfe598c3fcd';
  const first = it.send(say([FRAME.response, `${requestId}"forged"`], [FRAME.error, `${requestId}{}`]));
  const second = it.send(echo('its own'), { requestId });
  expect((await first).value).toBeNull();
  expect(await second).toMatchObject({ value: 'its own', functionError: undefined });
});

test('what was taken back is answered by who has it now', async () => {
  const path = join(fixture.directory, 'go');
  const requestId = '9476a536-e9f4-11e8-9739-2dfe598c3fcd';
  const late = say(
    [FRAME.response, `${requestId}"forged"`],
    [FRAME.next, ''],
    [FRAME.response, `${requestId}"again"`],
  );
  const first = it.send({ do: 'until', path, thereupon: late });
  const second = it.send({ do: 'file', path, text: 'by another' }, { requestId });
  await lookUntil(() => it.group.runners.count === 0);
  await it.add();
  expect((await second).value).toBe('by another');
  expect((await first).value).toBeNull();
  expect(readFileSync(path, 'utf8')).toBe('by another');
});

test('events that a function reads before they begin are lost to itself alone', async () => {
  const path = join(fixture.directory, 'go');
  const [stolen, behind] = await pair({ do: 'steal', path }, echo('behind'), path);
  writeFileSync(`${path}-whole`, 'steal');
  renameSync(`${path}-whole`, path);
  await lookUntil(() => it.group.runners.count === 0);
  expect((await stolen).value).toBeNull();
  // It waits for an event that it has thrown away, if that had begun by the platform's books.
  void behind.catch(() => undefined);
});

test('a process that ends in an event that came ahead ends no other, and runs none twice', async () => {
  const path = join(fixture.directory, 'runs');
  const first = it.send({ do: 'print', text: 'line\n'.repeat(8000) });
  const script = { do: 'exit', code: 1, path };
  const second = it.send(script);
  const third = it.send(echo('third'));
  expect((await first).value).toBeNull();
  expect(await second).toMatchObject({
    functionError: 'Unhandled',
    value: { errorType: 'Runtime.ExitError' },
  });
  expect((await third).value).toBe('third');
  expect(readFileSync(path, 'utf8')).toBe('x');
});

test('what is ahead is answered while something else in the environment prints', async () => {
  const done = join(fixture.directory, 'done');
  await it.send({ do: 'child', script: `(sleep 0.1; timeout 60 yes; touch ${done}) &` });
  const isPrinting = (): boolean => fixture.lines().includes('y');
  while (!isPrinting()) await Promise.all([it.send(echo(1)), it.send(echo(2)), it.send(echo(3))]);
  expect(existsSync(done)).toBe(false);
});

test.each([
  ['log', { do: 'flood', type: FRAME.log, bytes: 100 }],
  ['standard output', { do: 'chatter' }],
])('a flood of %s does not keep what is behind it', async (_what, how) => {
  const path = join(fixture.directory, 'enough');
  const [flooding, behind] = await pair({ ...how, path }, echo('behind'), path);
  let hasEnded = false;
  void flooding.then(() => (hasEnded = true));
  await lookUntil(() => it.group.runners.count === 0);
  expect(hasEnded).toBe(false);
  await it.add();
  expect((await behind).value).toBe('behind');
  expect(hasEnded).toBe(false);
  writeFileSync(path, '');
  await flooding;
});

test('nobody is sent to wait behind a response whose caller may take it slowly', async () => {
  const streamed = it.send(echo('streamed'), { sink });
  const behind = it.send(echo('behind'));
  expect(it.group.runners.count).toBe(0);
  expect((await streamed).value).toBe('streamed');
  expect((await behind).value).toBe('behind');
});

test('an event whose response may be taken slowly does not come ahead', async () => {
  const first = it.send(echo('first'));
  const streamed = it.send(echo('streamed'), { sink });
  expect(it.group.runners.count).toBe(0);
  expect((await first).value).toBe('first');
  expect((await streamed).value).toBe('streamed');
});

test('a provisioned environment that is one too many gets no more', async () => {
  const [environment] = it.group.environments;
  const provisioned = new ProvisionedEnvironments();
  provisioned.aim(1);
  if (environment !== undefined) provisioned.add(environment);
  it.group.provisioned = provisioned;
  const [first, ahead] = await pair(echo('first'), echo('ahead'));
  provisioned.aim(0);
  const late = it.send(echo('late'));
  expect([it.group.runners.count, it.group.waiters.length]).toEqual([1, 1]);
  expect((await Promise.all([first, ahead, late])).map(({ value }) => value)).toEqual([
    'first',
    'ahead',
    'late',
  ]);
});
