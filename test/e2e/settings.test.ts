import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { flagOf, options, variableOf } from '../../src/config/options.ts';
import { advanceClock, withFrozenClock } from '../support/async-events.ts';
import { environmentsOf } from '../support/environments.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import {
  startServer,
  temporaryDirectory,
  type TestServer,
  type TestServerOptions,
} from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What `lambent start` is told has its effect; settings that have tests of their own are elsewhere. */

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function start(asked: TestServerOptions): Promise<TestServer> {
  const server = await startServer(asked);
  cleanUp.push(async () => await server.stop());
  return server;
}

/** Asks for a queue without any credentials, and for where it is. */
async function anonymousQueue({
  endpoint,
}: TestServer): Promise<{ readonly url: string; readonly arn: string }> {
  const ask = async (action: string, more: Record<string, string>): Promise<string> => {
    const body = new URLSearchParams({ Action: action, Version: '2012-11-05', ...more });
    const answer = await fetch(endpoint, { method: 'POST', body });
    return await answer.text();
  };
  const created = await ask('CreateQueue', { QueueName: 'theirs' });
  const QueueUrl = /<QueueUrl>(.*)<\/QueueUrl>/.exec(created)?.[1] ?? created;
  const asked = { QueueUrl, 'AttributeName.1': 'QueueArn' };
  const found = await ask('GetQueueAttributes', asked);
  return { url: QueueUrl, arn: /<Value>(arn:[^<]*)/.exec(found)?.[1] ?? found };
}

const WANTED = {
  url: 'http://lambent.test:8080/210987654321/theirs',
  arn: 'arn:aws:sqs:eu-west-1:210987654321:theirs',
};

describe('the account and the Region of who names none, and the host in addresses', () => {
  test('by flags', async () => {
    const flags = [
      '--account-id',
      '210987654321',
      '--region',
      'eu-west-1',
      '--public-host',
      'lambent.test:8080',
    ];
    expect(await anonymousQueue(await start({ flags }))).toEqual(WANTED);
  });

  test('by variables', async () => {
    const env = {
      LAMBENT_ACCOUNT_ID: '210987654321',
      LAMBENT_REGION: 'eu-west-1',
      LAMBENT_PUBLIC_HOST: 'lambent.test:8080',
    };
    expect(await anonymousQueue(await start({ env }))).toEqual(WANTED);
  });

  test('by a file', async () => {
    const folder = await temporaryDirectory();
    cleanUp.push(async () => await folder.remove());
    const file = join(folder.path, 'settings.yaml');
    await writeFile(file, 'accountId: "210987654321"\nregion: eu-west-1\npublicHost: lambent.test:8080\n');
    expect(await anonymousQueue(await start({ flags: ['--config', file] }))).toEqual(WANTED);
  });
});

const ECHO = { 'index.js': 'exports.handler = async (event) => event;' };

test('environments end when they were idle for so long', async () => {
  const server = await start({ flags: ['--idle-expiry-seconds', '30'] });
  await deploy(server.lambda, 'idle', ECHO);
  await withFrozenClock(server, async () => {
    await invoke(server.lambda, 'idle');
    await eventually(
      async () => await environmentsOf(server, 'idle'),
      ([environment]) => environment?.state === 'idle',
    );
    await advanceClock(server, 29_000);
    expect(await environmentsOf(server, 'idle')).toHaveLength(1);
    await advanceClock(server, 1_000);
    const left = await eventually(
      async () => await environmentsOf(server, 'idle'),
      (environments) => environments.length === 0,
    );
    expect(left).toEqual([]);
  });
});

test('environments are replaced when they are so old', async () => {
  const server = await start({ flags: ['--environment-lifetime-seconds', '60'] });
  await deploy(server.lambda, 'old', ECHO);
  await invoke(server.lambda, 'old');
  const [first] = await environmentsOf(server, 'old');
  // A part of it is up to chance.
  await advanceClock(server, 25_000);
  await invoke(server.lambda, 'old');
  expect((await environmentsOf(server, 'old')).map(({ id }) => id)).toContain(first?.id);
  await advanceClock(server, 40_000);
  await invoke(server.lambda, 'old');
  // It is shown until it has ended.
  const left = await eventually(
    async () => (await environmentsOf(server, 'old')).map(({ id }) => id),
    (ids) => first !== undefined && !ids.includes(first.id),
  );
  expect(left).toHaveLength(1);
});

test('the platform’s own log is as loud as it is told to be', async () => {
  const quiet = await start({ flags: ['--log-level', 'silent', '--json'], env: { LAMBENT_UNHEARD_OF: '1' } });
  const loud = await start({ flags: ['--log-level', 'debug', '--json'], env: { LAMBENT_UNHEARD_OF: '1' } });
  await untilPrinted(loud, 'LAMBENT_UNHEARD_OF');
  // What they said last may come after their exits.
  const closed = [quiet, loud].map(async (server) => await once(server.process, 'close'));
  for (const server of [quiet, loud]) expect(await server.stop()).toBe(0);
  await Promise.all(closed);
  const lines = ({ output }: TestServer): unknown[] =>
    output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  const warning = expect.objectContaining({ msg: expect.stringContaining('LAMBENT_UNHEARD_OF') });
  expect(lines(loud)).toContainEqual(warning);
  expect(lines(quiet)).not.toContainEqual(warning);
});

test('README tells of flags and variables that are there', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = /\| `start` flag[\s\S]*?\n\n/.exec(readme)?.[0] ?? '';
  const told = [...table.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag);
  const flags = options.filter(({ noFlag }) => noFlag !== true).map(({ name }) => flagOf(name));
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((flag) => !flags.includes(flag))).toEqual([]);
  const variables = [...readme.matchAll(/LAMBENT_[A-Z_]*[A-Z]/g)].map(([variable]) => variable);
  const known = [...options.map(({ name }) => variableOf(name)), 'LAMBENT_CONFIG', 'LAMBENT_ENDPOINT'];
  expect(
    variables.filter((variable) => !known.includes(variable) && !variable.includes('TERRAFORM')),
  ).toEqual([]);
});
