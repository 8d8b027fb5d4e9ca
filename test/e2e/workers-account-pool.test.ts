import {
  type LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { crowdClient } from '../support/crowd.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { provision } from '../support/provisioned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/** All pools of an account at once, shared by processes of which none has all units. */
const WORKERS = 3;
const ACCOUNT = 113;
const RESERVED = 8;
const PROVISIONED_OF_RESERVED = 3;
const PROVISIONED = 5;
const SHARED = ACCOUNT - RESERVED - PROVISIONED;

let server: TestServer;
let many: LambdaClient;
let gate: LoopbackGate;

beforeAll(async () => {
  server = await startServer({
    flags: ['--workers', String(WORKERS), '--isolation', 'process', '--concurrency', String(ACCOUNT)],
  });
  gate = await LoopbackGate.listen();
  many = crowdClient(server);
  await untilWorkers(server, WORKERS);
});

afterAll(async () => {
  many.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});

async function make(): Promise<string> {
  const name = uniqueName();
  const shown = 'process.env.AWS_LAMBDA_INITIALIZATION_TYPE';
  await deploy(server.lambda, name, { 'index.js': gate.handler(shown) }, { Timeout: 300 });
  return name;
}

const answers: string[] = [];

/** How each of so many invokes came out, counted. */
async function crowd(name: string, size: number, Qualifier = '$LATEST'): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const one = async (): Promise<void> => {
    const outcome = await invoke(many, name, {}, { Qualifier, LogType: 'None' }).then(
      ({ payload }) => String(payload),
      (error: Error) => ('Reason' in error ? String(error.Reason) : String(error)),
    );
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    answers.push(outcome);
  };
  await Promise.all(Array.from({ length: size }, one));
  return counts;
}

test('provisioned, reserved and shared units of an account are each used to the last, and none twice', async () => {
  const [one, other, provisioned, reserved] = [await make(), await make(), await make(), await make()];
  for (const FunctionName of [provisioned, reserved])
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: reserved, ReservedConcurrentExecutions: RESERVED }),
  );
  await provision(server.lambda, provisioned, '1', PROVISIONED);
  await provision(server.lambda, reserved, '1', PROVISIONED_OF_RESERVED);
  const running = Promise.all([
    crowd(one, 100),
    crowd(other, 100),
    crowd(provisioned, 40, '1'),
    crowd(reserved, 20, '1'),
    crowd(reserved, 20),
  ]);
  await beside(running, async () => {
    await eventually(
      async () => await Promise.resolve(answers.length),
      (count) => count === 280 - ACCOUNT,
      120_000,
    );
    await gate.untilInside(ACCOUNT);
  });
  gate.open();
  const [ofOne, ofOther, ofProvisioned, ofReservedVersion, ofReserved] = await running;
  expect(gate.most).toBe(ACCOUNT);
  const sum = (key: string, ...counts: (Record<string, number> | undefined)[]): number =>
    counts.reduce((total, each) => total + (each?.[key] ?? 0), 0);
  expect(sum('on-demand', ofOne, ofOther, ofProvisioned)).toBe(SHARED);
  const refused = 'ConcurrentInvocationLimitExceeded';
  expect(sum(refused, ofOne, ofOther, ofProvisioned)).toBe(240 - SHARED - PROVISIONED);
  expect(sum('provisioned-concurrency', ofProvisioned)).toBe(PROVISIONED);
  expect(sum('provisioned-concurrency', ofReservedVersion)).toBe(PROVISIONED_OF_RESERVED);
  expect(sum('on-demand', ofReservedVersion, ofReserved)).toBe(RESERVED - PROVISIONED_OF_RESERVED);
  expect(sum(`ReservedFunction${refused}`, ofReservedVersion, ofReserved)).toBe(40 - RESERVED);
}, 240_000);
