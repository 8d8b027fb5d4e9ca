import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { lambdaOf } from '../support/accounts.ts';
import { invoke } from '../support/functions.ts';
import { dumpLambda, operationOf } from '../support/lambda-dump.ts';
import { refusal } from '../support/lambda-requests.ts';
import { createConfigured, createLayers, createOthers, createReleased } from '../support/lambda-state.ts';
import { untilProvisioned } from '../support/provisioned.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** Accounts and Regions with something in them; the last has layers from the first. */
const HOME = ['111111111111', 'us-east-1'] as const;
const FAR = ['111111111111', 'eu-central-1'] as const;
const OTHER = ['222222222222', 'us-east-1'] as const;
const PLACES = [HOME, FAR, OTHER];

/** Reading operations whose resources nobody can create yet. */
const NOTHING_TO_READ = [
  'GetCapacityProvider',
  'GetDurableExecution',
  'GetDurableExecutionHistory',
  'GetDurableExecutionState',
  'GetEventSourceMapping',
  'ListFunctionVersionsByCapacityProvider',
];

type Dumps = readonly ReadonlyMap<string, unknown>[];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
let before: Dumps;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startServer({ dataDir: directory.path });
  const { first } = await createLayers(at(HOME));
  await createConfigured(at(HOME), [first]);
  await createReleased(at(HOME));
  await createOthers(at(HOME));
  const far = await createLayers(at(FAR));
  await createConfigured(at(FAR), [far.second]);
  await createConfigured(at(OTHER), [first]);
  before = await dumpAll();
}, 120_000);

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await directory.remove();
});

function at([account, region]: readonly [string, string]): LambdaClient {
  return lambdaOf(server, account, region);
}

/** Provisioned environments start anew with the server, so their state is waited for. */
async function dumpAll(): Promise<Dumps> {
  await untilProvisioned(at(HOME), 'released', 'steady');
  const dumps = await Promise.all(PLACES.map(async (place) => await dumpLambda(at(place))));
  return dumps.map((dump) => new Map([...dump].map(([key, value]) => [key, withoutPort(value)])));
}

/** Function URLs are under the name and port they are asked by, and the port is another one at each start. */
function withoutPort(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(`.localhost:${new URL(server.endpoint).port}/`, '/');
  if (Array.isArray(value)) return value.map(withoutPort);
  // Dates, bytes and the like are what they are.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutPort(member)]));
}

/** Not only the words: the settings have their effect. */
async function everythingWorks(): Promise<void> {
  const home = at(HOME);
  const answer = async (lambda: LambdaClient, name: string, Qualifier: string): Promise<unknown> =>
    (await invoke(lambda, name, {}, { Qualifier })).payload;
  expect(await answer(home, 'configured', '1')).toBe('one blue');
  expect(await answer(home, 'configured', '$LATEST')).toBe('one undefined');
  expect(await answer(at(FAR), 'configured', '1')).toBe('two blue');
  expect(await answer(at(OTHER), 'configured', '1')).toBe('one blue');
  expect(await answer(home, 'released', 'steady')).toBe('4');
  expect(['1', '3']).toContain(await answer(home, 'released', 'canary'));
  expect(await refusal(invoke(home, 'closed'))).toMatchObject({ status: 429 });
  const [account, region] = HOME;
  const friend = lambdaOf(server, '333333333333');
  const granted = `arn:aws:lambda:${region}:${account}:function:released`;
  expect((await invoke(friend, granted)).payload).toBe('4');
  expect(await refusal(invoke(friend, `${granted}:steady`))).toMatchObject({ status: 403 });
}

test('the dump asks every reading operation of the model', () => {
  const asked = new Set(before.flatMap((dump) => [...dump.keys()].map(operationOf)));
  const reading = Object.keys(serviceModel('lambda').json.operations).filter((name) =>
    /^(Get|List)/.test(name),
  );
  expect(reading.filter((name) => !asked.has(name))).toEqual(NOTHING_TO_READ);
});

test('two dumps of the same state are the same', async () => {
  expect(await dumpAll()).toEqual(before);
});

test('everything reads back identically after SIGTERM, and works', async () => {
  await everythingWorks();
  expect(await server.stop()).toBe(0);
  server = await startServer({ dataDir: directory.path });
  expect(await dumpAll()).toEqual(before);
  await everythingWorks();
}, 90_000);

test('everything reads back identically after kill -9, and works', async () => {
  await server.kill();
  server = await startServer({ dataDir: directory.path });
  expect(await dumpAll()).toEqual(before);
  await everythingWorks();
}, 90_000);
