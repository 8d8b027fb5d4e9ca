import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CreateFunctionCommand, type CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';
import { invoke, untilUpdated } from '../support/functions.ts';
import { builtCracSample, builtJavaClient, builtPythonClient } from '../support/official-builds.ts';
import { publishSnapshot, type Shown, SNAP_START, SNAP_STARTED } from '../support/snap-start.ts';
import { ROLE, startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipFolder } from '../support/zip.ts';

type Settings = Partial<CreateFunctionCommandInput>;

async function create(server: TestServer, name: string, zip: Uint8Array, settings: Settings): Promise<void> {
  const common = { FunctionName: name, Role: ROLE, Code: { ZipFile: zip }, Timeout: 30, MemorySize: 512 };
  await server.lambda.send(new CreateFunctionCommand({ ...common, ...SNAP_START, ...settings }));
  await untilUpdated(server.lambda, name);
}

/** Publishes and invokes twice; the hooks have run, once. */
async function showsRestore({ lambda }: TestServer, name: string, steps: readonly string[]): Promise<void> {
  expect(await publishSnapshot(lambda, name)).toMatchObject({ State: 'Active' });
  const publishedAt = Date.now() / 1000;
  const first = await invoke(lambda, name, {}, { Qualifier: '1' });
  expect(first.payload).toMatchObject({ steps });
  expect((first.payload as Shown).initialisedAt).toBeLessThan(publishedAt);
  expect(first.log).toMatch(/\tRestore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms\t/);
  const second = await invoke(lambda, name, {}, { Qualifier: '1' });
  expect(second.payload).toEqual(first.payload);
}

async function failsAfterRestore({ lambda }: TestServer, name: string): Promise<void> {
  expect(await publishSnapshot(lambda, name)).toMatchObject({ State: 'Active' });
  await expect(invoke(lambda, name, {}, { Qualifier: '1' })).rejects.toMatchObject({
    name: 'SnapStartException',
    $metadata: { httpStatusCode: 400 },
  });
}

const python = await builtPythonClient();

describe.skipIf(python === undefined)('awslambdaric for Python, unchanged', () => {
  let server: TestServer;
  let sources: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    sources = await temporaryDirectory();
    // Its native part is for the Python that installed it, which is the only one that this server finds.
    const { stdout } = await run('python3', [
      '-c',
      'import os, sys; print(os.path.realpath(sys.executable))',
    ]);
    const env = { PATH: `${dirname(stdout.trim())}:/usr/bin:/bin`, HOME: sources.path };
    server = await startServer({ env });
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await sources.remove();
  });

  async function createPython(name: string, source: string): Promise<void> {
    const path = join(sources.path, 'app.py');
    await writeFile(path, source);
    const Environment = { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } };
    const zip = await zipFolder(join(python ?? '', 'package'), [path]);
    await create(server, name, zip, { Environment });
  }

  test('waits to be restored, and runs the hooks that are registered', async () => {
    await createPython('client', SNAP_STARTED);
    await showsRestore(server, 'client', ['before 2', 'before 1', 'after 1', 'after 2']);
  });

  test('reports hooks that fail', async () => {
    const hook = (name: string): string =>
      `from snapshot_restore_py import ${name}\n@${name}\ndef hook(): raise ValueError("no")\ndef handler(event, context): pass`;
    await createPython('early', hook('register_before_snapshot'));
    expect(await publishSnapshot(server.lambda, 'early')).toMatchObject({
      State: 'Failed',
      StateReason: 'Function initialization failed: ValueError: no',
    });
    await createPython('late', hook('register_after_restore'));
    await failsAfterRestore(server, 'late');
  });
});

const crac = await builtCracSample();
const java = await builtJavaClient();

describe
  .skipIf(crac === undefined)
  .each([
    { what: 'the own bootstrap', client: undefined },
    ...(java === undefined
      ? []
      : [{ what: "AWS's client for Java, unchanged,", client: join(java, 'package/client') }]),
  ])('hooks of org.crac and $what', ({ client }) => {
  let server: TestServer;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;
  let zip: Uint8Array;

  beforeAll(async () => {
    data = await temporaryDirectory();
    if (client !== undefined) await cp(client, join(data.path, 'runtimes/java-client'), { recursive: true });
    server = await startServer({ dataDir: data.path });
    zip = await zipFolder(join(crac ?? '', 'package'));
  }, 100_000);

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await data.remove();
  });

  const settings = (fails: string): Settings => ({
    Runtime: 'java21',
    Handler: 'example.Restored::handle',
    Environment: { Variables: { FAILS: fails } },
  });

  test('run before and after', async () => {
    await create(server, 'restored', zip, settings('never'));
    await showsRestore(server, 'restored', ['before', 'after']);
  }, 60_000);

  test('fail the version, or the invocation', async () => {
    await create(server, 'early', zip, settings('before'));
    expect(await publishSnapshot(server.lambda, 'early')).toMatchObject({
      State: 'Failed',
      StateReason: expect.stringContaining('CheckpointException'),
    });
    await create(server, 'late', zip, settings('after'));
    await failsAfterRestore(server, 'late');
  }, 60_000);
});
