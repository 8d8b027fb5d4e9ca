import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  advanceClock,
  eventCounts,
  RECORDER,
  recordedRuns,
  sendEvent,
  withFrozenClock,
} from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';

let server: TestServer;
const MINUTE_MS = 60_000;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const runs = async (name: string, count: number) =>
  await eventually(
    async () => await recordedRuns(server, name),
    (found) => found.length >= count,
  );

/** Nothing is running or being written. */
async function quiet(of = server): Promise<void> {
  await eventually(
    async () => await eventCounts(of),
    (counts) => counts['inHand'] === 0,
  );
}

test('an event runs after its 202, under the request id of the answer', async () => {
  await deploy(server.lambda, 'later', { 'index.js': RECORDER });
  const id = await sendEvent(server.lambda, 'later', { n: 1 });
  expect(await runs('later', 1)).toEqual([{ event: { n: 1 }, id }]);
});

test('a failing event is tried three times: after one minute, then two, with one request id', async () => {
  await deploy(server.lambda, 'failing', { 'index.js': RECORDER });
  const before = (await eventCounts(server))['failed'] ?? 0;
  await withFrozenClock(server, async () => {
    const id = await sendEvent(server.lambda, 'failing', { fail: true });
    await runs('failing', 1);
    await quiet();
    await advanceClock(server, MINUTE_MS - 1);
    expect(await recordedRuns(server, 'failing')).toHaveLength(1);
    await advanceClock(server, 1);
    await runs('failing', 2);
    await quiet();
    await advanceClock(server, 2 * MINUTE_MS - 1);
    expect(await recordedRuns(server, 'failing')).toHaveLength(2);
    await advanceClock(server, 1);
    const all = await runs('failing', 3);
    expect(all.map((run) => run.id)).toEqual([id, id, id]);
    await eventually(
      async () => await eventCounts(server),
      (counts) => counts['failed'] === before + 1,
    );
    await advanceClock(server, 60 * MINUTE_MS);
  });
  expect(await recordedRuns(server, 'failing')).toHaveLength(3);
});

test('events of a function that is deleted meanwhile are dropped, and the log says so', async () => {
  await deploy(server.lambda, 'shortlived', { 'index.js': RECORDER });
  const id = await sendEvent(server.lambda, 'shortlived', { fail: true });
  await runs('shortlived', 1);
  await quiet();
  await server.lambda.send(new DeleteFunctionCommand({ FunctionName: 'shortlived' }));
  const before = (await eventCounts(server))['dropped'] ?? 0;
  await advanceClock(server, MINUTE_MS);
  await eventually(
    async () => await eventCounts(server),
    (counts) => counts['dropped'] === before + 1,
  );
  await untilPrinted(server, `The event ${id} for shortlived (000000000000, us-east-1) was dropped`);
});

test('reset forgets what waits', async () => {
  await deploy(server.lambda, 'forgotten', { 'index.js': RECORDER });
  await sendEvent(server.lambda, 'forgotten', { fail: true });
  await runs('forgotten', 1);
  await fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' });
  await deploy(server.lambda, 'forgotten', { 'index.js': RECORDER });
  await advanceClock(server, 10 * MINUTE_MS);
  const id = await sendEvent(server.lambda, 'forgotten', { after: 'reset' });
  expect((await runs('forgotten', 1)).map((run) => run.id)).toEqual([id]);
});

test('what waits for its retry survives a restart', async () => {
  const directory = await temporaryDirectory();
  const first = await startServer({ dataDir: directory.path });
  await deploy(first.lambda, 'patient', { 'index.js': RECORDER });
  const id = await sendEvent(first.lambda, 'patient', { fail: true });
  await eventually(
    async () => await recordedRuns(first, 'patient'),
    (found) => found.length === 1,
  );
  // It has failed, and is written as that: what it said came before.
  await quiet(first);
  expect(await first.stop()).toBe(0);
  const second = await startServer({ dataDir: directory.path });
  expect(await recordedRuns(second, 'patient')).toHaveLength(1);
  await advanceClock(second, MINUTE_MS);
  const found = await eventually(
    async () => await recordedRuns(second, 'patient'),
    (all) => all.length >= 2,
  );
  expect(found.map((run) => run.id)).toEqual([id, id]);
  expect(await second.stop()).toBe(0);
  await directory.remove();
});
