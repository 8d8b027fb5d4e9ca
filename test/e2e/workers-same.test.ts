import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type LambdaClient,
  TooManyRequestsException,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lambdaOf } from '../support/accounts.ts';
import { deploy, invoke, untilUpdated } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';
import { zipOf } from '../support/zip.ts';

/** What must not be another for there being several processes. */
const WORKERS = 2;
const CONCURRENCY = 4;
/** Two and a half for each unit. */
const TENANTS = 10;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
/** A connection each: some of them are every worker's. */
let callers: LambdaClient[];

beforeAll(async () => {
  folder = await temporaryDirectory();
  server = await startServer({
    dataDir: folder.path,
    flags: ['--workers', String(WORKERS), '--concurrency', String(CONCURRENCY), '--prepared', '0'],
  });
  await untilWorkers(server, WORKERS);
  callers = Array.from({ length: 2 * WORKERS }, () => lambdaOf(server, '000000000000'));
});

afterAll(async () => {
  for (const caller of callers) caller.destroy();
  expect(await server.stop()).toBe(0);
  await folder.remove();
});

test('functions start after the unpacked code was cleared away, in workers as well', async () => {
  const FunctionName = uniqueName();
  const layer = {
    Content: { ZipFile: await zipOf({ 'nodejs/node_modules/said/index.js': "module.exports = 'said';" }) },
  };
  const { LayerVersionArn } = await publishLayer(server.lambda, layer);
  const code = { 'index.js': "exports.handler = async () => require('said') + process.env.ROUND;" };
  await deploy(server.lambda, FunctionName, code, { Layers: [LayerVersionArn] });
  for (let round = 0; round < 3; round += 1) {
    const Environment = { Variables: { ROUND: String(round) } };
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    await untilUpdated(server.lambda, FunctionName);
    await rm(join(folder.path, 'code'), { recursive: true });
    for (const caller of callers)
      expect(await invoke(caller, FunctionName)).toMatchObject({ payload: `said${round}` });
  }
});

test('as many tenants have environments at once as with one process', async () => {
  const FunctionName = uniqueName();
  const TenancyConfig = { TenantIsolationMode: 'PER_TENANT' } as const;
  const code = { 'index.js': 'exports.handler = async (event, { tenantId }) => tenantId;' };
  await deploy(server.lambda, FunctionName, code, { TenancyConfig });
  const answers: unknown[] = [];
  for (let tenant = 0; tenant < TENANTS + 2 * callers.length; tenant += 1) {
    const caller = callers[tenant % callers.length] ?? server.lambda;
    const answer = await invoke(caller, FunctionName, {}, { TenantId: `of-${tenant}` }).then(
      ({ payload }) => payload,
      (error: Error) => (error instanceof TooManyRequestsException ? error.Reason : error),
    );
    answers.push(answer);
  }
  const served = Array.from({ length: TENANTS }, (_, tenant) => `of-${tenant}`);
  const refused = callers.flatMap(() => [
    'ConcurrentInvocationLimitExceeded',
    'ConcurrentInvocationLimitExceeded',
  ]);
  expect(answers).toEqual([...served, ...refused]);
});

test('an event of a byte more than six megabytes is refused', async () => {
  const name = uniqueName();
  const code = { 'index.js': 'exports.handler = async ({ length }) => length;' };
  await deploy(server.lambda, name, code, { MemorySize: 512 });
  const largest = 'x'.repeat(6_291_454);
  for (const caller of callers) {
    expect(await invoke(caller, name, largest)).toMatchObject({ payload: largest.length });
    await expect(invoke(caller, name, `${largest}x`)).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  }
});
