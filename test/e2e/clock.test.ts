import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECORDER, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { LambentCommand } from '../support/lambent-command.ts';

const MINUTE_MS = 60_000;
let command: LambentCommand;

beforeAll(async () => {
  command = await LambentCommand.start();
});
afterAll(() => command.stop());

async function turn(order: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${command.server.endpoint}/_lambent/clock`, {
    method: 'POST',
    body: JSON.stringify(order),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function read(): Promise<{ nowMs: number; frozen: boolean }> {
  return (await (await fetch(`${command.server.endpoint}/_lambent/clock`)).json()) as never;
}

/** When a RECORDER's lines of one request were written, in platform time. */
async function ranAtMs(name: string, id: string, least: number): Promise<number[]> {
  const page = await eventually(
    async () =>
      await command.server.logs
        .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: '"ran {"' }))
        .catch(() => ({ events: [] })),
    ({ events = [] }) => events.length >= least,
  );
  return (page.events ?? [])
    .filter(({ message }) => message?.includes(id))
    .map(({ timestamp }) => timestamp ?? 0);
}

test('advancing does all that becomes due on the way, each at its own time, before it answers', async () => {
  const { lambda } = command.server;
  await deploy(lambda, 'fails-always', { 'index.js': RECORDER });
  expect((await turn({ freeze: true })).body).toMatchObject({ frozen: true });
  const { nowMs } = await read();
  const id = await sendEvent(lambda, 'fails-always', { fail: true });
  expect(await turn({ advanceMs: 360 * MINUTE_MS })).toEqual({
    status: 200,
    body: {
      now: new Date(nowMs + 360 * MINUTE_MS).toISOString(),
      nowMs: nowMs + 360 * MINUTE_MS,
      frozen: true,
    },
  });
  const times = await ranAtMs('fails-always', id, 3);
  expect(times.map((atMs) => atMs - nowMs)).toEqual([0, MINUTE_MS, 3 * MINUTE_MS]);
  expect((await turn({ resume: true })).body).toMatchObject({ frozen: false });
});

test('frozen time stands until it goes on', async () => {
  await turn({ freeze: true });
  const { nowMs } = await read();
  await deploy(command.server.lambda, 'works-while-frozen', { 'index.js': RECORDER });
  const id = await sendEvent(command.server.lambda, 'works-while-frozen', {});
  expect(await ranAtMs('works-while-frozen', id, 1)).toEqual([nowMs]);
  expect(await read()).toMatchObject({ nowMs, frozen: true });
  await turn({ resume: true });
  await eventually(read, (reading) => reading.nowMs > nowMs && !reading.frozen);
});

test('lambent clock turns it too', async () => {
  const clock = async (...args: string[]) => await command.run(['clock', ...args]);
  const before = await read();
  expect(await clock('advance', '6h')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^advanced by 6 h\n20\d\d-/),
  });
  expect((await read()).nowMs).toBeGreaterThanOrEqual(before.nowMs + 360 * MINUTE_MS);
  expect((await clock('freeze')).out).toMatch(/Z frozen\n$/);
  const shown = JSON.parse((await clock('--json')).out) as { nowMs: number };
  expect(shown).toMatchObject({ frozen: true, nowMs: (await read()).nowMs });
  expect((await clock('resume')).out).toMatch(/Z\n$/);
  expect(await clock('advance', 'soon')).toMatchObject({
    code: 1,
    err: expect.stringContaining('"soon" is no duration'),
  });
});

// Ten years are five million appointments of who looks around every minute.
test('what is no order is refused and changes nothing', async () => {
  const before = await read();
  for (const order of [{}, { freeze: false }, { advanceMs: -1 }, { advanceMs: 1, resume: true }]) {
    expect(await turn(order)).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/^Send one of /) },
    });
  }
  expect(await turn({ advanceMs: 86_400_000 })).toMatchObject({ status: 200 });
  expect((await read()).nowMs).toBeGreaterThan(before.nowMs);
});
