import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { environmentsOf } from '../support/environments.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { together, UNTIL_OPEN_PYTHON } from '../support/overlap.ts';
import {
  hasPython,
  publishSnapshot,
  type Shown,
  SNAP_START,
  SNAP_STARTED,
  untilMade,
} from '../support/snap-start.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startServer({ dataDir: directory.path });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await directory.remove();
});

const ALL_STEPS = ['before 2', 'before 1', 'after 1', 'after 2'];

async function shown(name: string, Qualifier: string, event: object = {}): Promise<Shown & { log: string }> {
  const answer = await invoke(server.lambda, name, event, { Qualifier });
  expect(answer.functionError).toBeUndefined();
  return { ...(answer.payload as Shown), log: answer.log };
}

/** Until so many of the version wait to be restored, and nothing of it is under way. */
async function untilWaiting(name: string, version: string, count: number): Promise<void> {
  await eventually(
    async () => (await environmentsOf(server, name)).filter((each) => each.version === version),
    (found) => found.filter(({ state }) => state === 'waiting').length === count,
  );
}

/** A function's log, as soon as a line in it begins so. */
async function logWith(name: string, beginning: string): Promise<string[]> {
  const filter = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` });
  return await eventually(
    async () => {
      const { events = [] } = await server.logs.send(filter).catch(() => ({ events: [] }));
      return events.map(({ message = '' }) => message.trimEnd());
    },
    (lines) => lines.some((line) => line.startsWith(beginning)),
  );
}

async function update(name: string, source: string): Promise<void> {
  const ZipFile = await zipOf({ 'app.py': source });
  await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
  await untilUpdated(server.lambda, name);
}

describe.skipIf(!hasPython)('SnapStart', () => {
  test('a version is initialised when it is published, and restored when it is invoked', async () => {
    await deploy(server.lambda, 'early', { 'app.py': SNAP_STARTED }, SNAP_START);
    const published = await publishSnapshot(server.lambda, 'early');
    expect(published).toMatchObject({ State: 'Active', SnapStart: { OptimizationStatus: 'On' } });
    const publishedAt = Date.now() / 1000;
    const before = await logWith('early', 'INIT_REPORT');
    expect(before).toEqual([
      expect.stringMatching(/^INIT_START Runtime Version: python:3\.12\.v\S+\tRuntime Version ARN: arn:/),
      expect.stringMatching(/^INIT_REPORT Init Duration: [\d.]+ ms$/),
    ]);
    const first = await shown('early', '1');
    expect(first.initialisedAt).toBeLessThan(publishedAt);
    expect(first.steps).toEqual(ALL_STEPS);
    expect(first.log).toMatch(/\tRestore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms\t/);
    expect(first.log).not.toContain('Init Duration');
    const after = (await logWith('early', 'START RequestId: ')).slice(before.length);
    expect(after.slice(0, 5)).toEqual([
      expect.stringMatching(/^RESTORE_START Runtime Version: python:3\.12\.v\S+\tRuntime Version ARN: arn:/),
      'hook after 1',
      'hook after 2',
      expect.stringMatching(/^RESTORE_REPORT Restore Duration: [\d.]+ ms$/),
      expect.stringMatching(/^START RequestId: /),
    ]);
    const second = await shown('early', '1');
    expect(second.drawn).toBe(first.drawn);
    expect(second.log).not.toContain('Restore Duration');
  });

  test('its variables say what it is, and hold neither log stream nor keys; $LATEST is started on demand', async () => {
    await deploy(server.lambda, 'variables', { 'app.py': SNAP_STARTED }, SNAP_START);
    await publishSnapshot(server.lambda, 'variables');
    const { variables } = await shown('variables', '1');
    expect(variables).toMatchObject({
      AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/2021-04-23\/credentials$/,
      ),
      AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^.{20,}$/),
    });
    const names = Object.keys(variables);
    for (const absent of [
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_ACCESS_KEY_ID',
      'AWS_SESSION_TOKEN',
    ])
      expect(names).not.toContain(absent);
    const latest = await shown('variables', '$LATEST');
    expect(latest.variables).toMatchObject({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' });
    expect(latest.variables).toHaveProperty('AWS_ACCESS_KEY_ID');
    expect(latest.steps).toEqual([]);
  });

  const CREDENTIALS = `
import json, os, urllib.request, urllib.error
def handler(event, context):
    uri = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    def ask(token):
        try:
            with urllib.request.urlopen(urllib.request.Request(uri, headers={"Authorization": token})) as answer:
                return [answer.status, json.load(answer)]
        except urllib.error.HTTPError as error:
            return [error.code, {}]
    return {"right": ask(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]), "wrong": ask("guess")}
`;

  test('credentials come by the endpoint that its variables name', async () => {
    await deploy(server.lambda, 'credentials', { 'app.py': CREDENTIALS }, SNAP_START);
    await publishSnapshot(server.lambda, 'credentials');
    const { payload } = await invoke(server.lambda, 'credentials', {}, { Qualifier: '1' });
    const { right, wrong } = payload as { right: [number, Record<string, string>]; wrong: [number, object] };
    expect(wrong[0]).toBe(401);
    expect(right).toEqual([
      200,
      {
        AccessKeyId: expect.stringMatching(/^ASIA/),
        SecretAccessKey: expect.any(String),
        Token: expect.any(String),
        Expiration: expect.any(String),
      },
    ]);
    expect(Date.parse(right[1]['Expiration'] ?? '')).toBeGreaterThan(Date.now());
  });

  test('a burst past those that wait initialises more, each for itself; others wait behind it', async () => {
    await deploy(server.lambda, 'burst', { 'app.py': SNAP_STARTED }, { ...SNAP_START, Timeout: 120 });
    await publishSnapshot(server.lambda, 'burst');
    await untilWaiting('burst', '1', 1);
    const all = await together(server, 'burst', 3, async (event) => await shown('burst', '1', event));
    expect(new Set(all.map(({ drawn }) => drawn)).size).toBe(3);
    for (const { steps, log } of all) {
      expect(steps).toEqual(ALL_STEPS);
      expect(log).toContain('Restore Duration');
    }
    await eventually(
      async () => await environmentsOf(server, 'burst'),
      (found) => found.some(({ state }) => state === 'waiting'),
    );
  });

  test('one that dies is not initialised again: another is restored', async () => {
    await deploy(server.lambda, 'mortal', { 'app.py': SNAP_STARTED }, SNAP_START);
    await publishSnapshot(server.lambda, 'mortal');
    const first = await shown('mortal', '1');
    const died = await invoke(server.lambda, 'mortal', { exit: true }, { Qualifier: '1' });
    expect(died.payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    const next = await shown('mortal', '1');
    expect(next.drawn).not.toBe(first.drawn);
    expect(next.steps).toEqual(ALL_STEPS);
    expect(next.log).toContain('Restore Duration');
  });

  test('an alias takes invokes to the version it names, and deleting leaves nothing', async () => {
    await deploy(server.lambda, 'aliased', { 'app.py': SNAP_STARTED }, SNAP_START);
    await publishSnapshot(server.lambda, 'aliased');
    await update('aliased', `${SNAP_STARTED}\n# 2`);
    await publishSnapshot(server.lambda, 'aliased');
    const alias = { FunctionName: 'aliased', Name: 'live' };
    await server.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
    const first = await shown('aliased', 'live');
    expect(first.arn).toMatch(/:aliased:live$/);
    await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
    const second = await shown('aliased', 'live');
    expect(second.variables).toMatchObject({ AWS_LAMBDA_FUNCTION_VERSION: '2' });
    expect(second.drawn).not.toBe(first.drawn);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: 'aliased', Qualifier: '1' }));
    await eventually(
      async () => await environmentsOf(server, 'aliased'),
      (found) => found.every(({ version }) => version === '2'),
    );
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: 'aliased' }));
    await eventually(
      async () => await environmentsOf(server, 'aliased'),
      (found) => found.length === 0,
    );
  });

  test('a function deleted while it is initialised for its version leaves nothing', async () => {
    // As long as it can be asked for its tags.
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:gone';
    const waiting = `${UNTIL_OPEN_PYTHON}\nuntil_open("never", "${arn}")\n${SNAP_STARTED}`;
    await deploy(server.lambda, 'gone', { 'app.py': waiting }, SNAP_START);
    await server.lambda.send(new PublishVersionCommand({ FunctionName: 'gone' }));
    await eventually(
      async () => await environmentsOf(server, 'gone'),
      (found) => found.some(({ state }) => state === 'initializing'),
    );
    await expect(invoke(server.lambda, 'gone', {}, { Qualifier: '1' })).rejects.toMatchObject({
      name: 'SnapStartNotReadyException',
      $metadata: { httpStatusCode: 409 },
    });
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: 'gone' }));
    await eventually(
      async () => await environmentsOf(server, 'gone'),
      (found) => found.length === 0,
    );
  });

  test.each([
    ['its code', 'raise ValueError("no such luck")', 'ValueError: no such luck'],
    [
      'a hook before the snapshot',
      'from snapshot_restore_py import register_before_snapshot\n@register_before_snapshot\ndef hook(): raise ValueError("too early")\ndef handler(event, context): pass',
      'ValueError: too early',
    ],
    ['its process', 'import os\nos._exit(3)', 'Runtime.ExitError: Runtime exited with error: exit status 3'],
  ])('a version is Failed when %s fails', async (what, source, reason) => {
    const name = `failing-${what.replaceAll(' ', '-')}`;
    await deploy(server.lambda, name, { 'app.py': source }, SNAP_START);
    expect(await publishSnapshot(server.lambda, name)).toMatchObject({
      State: 'Failed',
      StateReasonCode: 'FunctionError',
      StateReason: `Function initialization failed: ${reason}`,
      SnapStart: { OptimizationStatus: 'Off' },
    });
    await expect(invoke(server.lambda, name, {}, { Qualifier: '1' })).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    await eventually(
      async () => await environmentsOf(server, name),
      (found) => found.length === 0,
    );
    const latest = new GetFunctionConfigurationCommand({ FunctionName: name });
    expect(await server.lambda.send(latest)).toMatchObject({ State: 'Active' });
  });

  test('a hook after the restore that fails is told to the caller, and the next invoke has another try', async () => {
    const source = `
from snapshot_restore_py import register_after_restore
@register_after_restore
def hook(): raise ValueError("not today")
def handler(event, context): pass`;
    await deploy(server.lambda, 'unrestorable', { 'app.py': source }, SNAP_START);
    await publishSnapshot(server.lambda, 'unrestorable');
    for (const attempt of [1, 2]) {
      await expect(
        invoke(server.lambda, 'unrestorable', { attempt }, { Qualifier: '1' }),
      ).rejects.toMatchObject({
        name: 'SnapStartException',
        $metadata: { httpStatusCode: 400 },
      });
    }
    const log = await logWith('unrestorable', 'RESTORE_REPORT');
    expect(log).toContainEqual(expect.stringContaining('[ERROR] ValueError: not today'));
    expect(log).toContainEqual(
      expect.stringMatching(
        /^RESTORE_REPORT Restore Duration: [\d.]+ ms\tStatus: error\tError Type: Runtime\.Unknown$/,
      ),
    );
  });

  test('a hook after the restore that takes more than ten seconds times out', async () => {
    const source = `
import time
from snapshot_restore_py import register_after_restore
register_after_restore(time.sleep, 60)
def handler(event, context): pass`;
    await deploy(server.lambda, 'lingering', { 'app.py': source }, SNAP_START);
    await publishSnapshot(server.lambda, 'lingering');
    await expect(invoke(server.lambda, 'lingering', {}, { Qualifier: '1' })).rejects.toMatchObject({
      name: 'SnapStartTimeoutException',
      message: "Lambda couldn't restore the snapshot within the timeout limit.",
      $metadata: { httpStatusCode: 408 },
    });
    expect(await logWith('lingering', 'RESTORE_REPORT')).toContainEqual(
      expect.stringMatching(/^RESTORE_REPORT Restore Duration: [\d.]+ ms\tStatus: timeout$/),
    );
  });

  test('after a restart versions are initialised anew, and one that was not done is', async () => {
    await deploy(server.lambda, 'kept', { 'app.py': SNAP_STARTED }, SNAP_START);
    await publishSnapshot(server.lambda, 'kept');
    const before = await shown('kept', '1');
    await update('kept', `import time\ntime.sleep(1)\n${SNAP_STARTED}`);
    await server.lambda.send(new PublishVersionCommand({ FunctionName: 'kept' }));
    await server.kill();
    server = await startServer({ dataDir: directory.path });
    await untilWaiting('kept', '1', 1);
    const waitingAt = Date.now() / 1000;
    const after = await shown('kept', '1');
    expect(after.drawn).not.toBe(before.drawn);
    expect(after.initialisedAt).toBeLessThan(waitingAt);
    expect(await untilMade(server.lambda, 'kept', '2')).toMatchObject({ State: 'Active' });
    expect((await shown('kept', '2')).steps).toEqual(ALL_STEPS);
  });
});
