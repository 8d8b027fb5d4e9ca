import { join } from 'node:path';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import type { XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { run } from '../support/commands.ts';
import { eventually, untilUpdated } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { ROLE, startServer, type TestServer } from '../support/server.ts';
import { invokeWithin, newTraceId, segmentsOf, type ShownSegment, xrayOf } from '../support/xray.ts';
import { zipFolder } from '../support/zip.ts';

/** A machine may be busy with much else. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The SDKs that functions are instrumented with, as their registries have them. */
const node = await builtClient({
  name: 'xray-node',
  tools: [['npm', '--version']],
  fetch: [['npm', 'install', '--prefix', 'package', '--ignore-scripts', '--no-audit', '--no-fund']],
  build: [],
});
const python = await builtClient({
  name: 'xray-python',
  tools: [['python3', '-m', 'pip', '--version']],
  fetch: [['python3', '-m', 'pip', 'install', '--quiet', '--target', 'package', 'aws-xray-sdk']],
  build: [],
});
const version = await run('python3', ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])']);

let server: TestServer;
let xray: XRayClient;

beforeAll(async () => {
  server = await startServer();
  xray = xrayOf(server.endpoint);
});

afterAll(async () => {
  xray.destroy();
  expect(await server.stop()).toBe(0);
});

async function deployed(folder: string | undefined, Runtime: string, Handler: string): Promise<string> {
  const FunctionName = uniqueName('instrumented');
  await server.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: ROLE,
      Runtime: Runtime as 'nodejs24.x',
      Handler,
      Code: { ZipFile: await zipFolder(join(folder ?? '', 'package')) },
      Timeout: 30,
      MemorySize: 512,
      TracingConfig: { Mode: 'Active' },
    }),
  );
  await untilUpdated(server.lambda, FunctionName);
  return FunctionName;
}

/** The function's own part of a trace. */
async function orderOf(FunctionName: string, event: object): Promise<ShownSegment | undefined> {
  const id = newTraceId();
  await invokeWithin(server.lambda, { FunctionName, Payload: JSON.stringify(event) }, `Root=${id};Sampled=1`);
  return await eventually(
    async () => {
      const [ran] = (await segmentsOf(xray, id, 2)).get('AWS::Lambda::Function') ?? [];
      return ran?.subsegments?.find(({ name }) => name === 'order');
    },
    (order) => order !== undefined,
  );
}

describe.each([
  ['Node.js', node, 'nodejs24.x', 'index.order'],
  ['Python', python, version.stdout.trim(), 'app.order'],
])("X-Ray's SDK for %s", (_name, folder, runtime, handler) => {
  test.skipIf(folder === undefined)('has its subsegments shown in the segment of the function', async () => {
    const FunctionName = await deployed(folder, runtime, handler);
    const order = await orderOf(FunctionName, { city: 'Ulm' });
    expect(order).toMatchObject({ annotations: { city: 'Ulm' }, subsegments: [{ name: 'pay' }] });
    expect(order?.fault).toBeUndefined();
  });
});

test.skipIf(node === undefined)('an error that a handler notes is a fault of its subsegment', async () => {
  const FunctionName = await deployed(node, 'nodejs24.x', 'index.order');
  const order = await orderOf(FunctionName, { city: 'Atlantis', fail: true });
  expect(order).toMatchObject({ fault: true, cause: { exceptions: [{ message: 'no such city' }] } });
});
