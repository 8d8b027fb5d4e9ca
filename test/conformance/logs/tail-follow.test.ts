import {
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { deploy, invoke } from '../../support/functions.ts';
import { filteredMessages } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

/**
 * Reads the way `aws logs tail --follow` does: pages while there is a token, then again from the timestamp of the
 * newest event, leaving out the event ids it has seen of that timestamp.
 */
async function follow(logGroupName: string, until: Promise<unknown>): Promise<string[]> {
  const shown: string[] = [];
  const end = whenDone(until);
  let input: FilterLogEventsCommandInput = { logGroupName, interleaved: true, limit: 50 };
  let newest = 0;
  let seen = new Set<string>();
  for (;;) {
    const isLast = end.done;
    const { events = [], nextToken } = await server.logs.send(new FilterLogEventsCommand(input));
    for (const { timestamp = 0, eventId = '', message = '' } of events) {
      if (timestamp > newest) seen = new Set();
      newest = Math.max(newest, timestamp);
      if (!seen.has(eventId)) shown.push(message);
      seen.add(eventId);
    }
    if (nextToken === undefined && isLast) return shown;
    input = { ...input, nextToken, ...(nextToken === undefined ? { startTime: newest } : {}) };
  }
}

function whenDone(promise: Promise<unknown>): { readonly done: boolean } {
  const state = { done: false };
  const end = (): void => {
    state.done = true;
  };
  promise.then(end, end);
  return state;
}

const CHATTY = `
export const handler = async ({ name }) => {
  for (let round = 0; round < 20; round += 1) {
    for (let index = 0; index < 10; index += 1) console.log(name + '-' + round + '-' + index);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};`;

test('a follower sees every line of functions that are writing, once', async () => {
  await deploy(server.lambda, 'chatty', { 'index.mjs': CHATTY });
  await invoke(server.lambda, 'chatty', { name: 'first' });
  const names = Array.from({ length: 6 }, (_, index) => `env${index}`);
  const running = Promise.all(names.map(async (name) => await invoke(server.lambda, 'chatty', { name })));
  const [shown] = await Promise.all([follow('/aws/lambda/chatty', running), running]);
  const lines = shown.flatMap((message) => /\b\w+-\d+-\d+$/.exec(message.trimEnd())?.[0] ?? []);
  const expected = ['first', ...names].flatMap((name) =>
    Array.from({ length: 200 }, (_, index) => `${name}-${Math.floor(index / 10)}-${index % 10}`),
  );
  expect(lines.toSorted()).toEqual(expected.toSorted());
  expect(shown.filter((message) => message.startsWith('REPORT'))).toHaveLength(7);
});

test('an invocation that has been answered is in the logs', async () => {
  await deploy(server.lambda, 'quick', { 'index.mjs': 'export const handler = async () => 1;' });
  for (let index = 1; index <= 5; index += 1) {
    const { requestId } = await invoke(server.lambda, 'quick');
    const messages = await filteredMessages(server.logs, { logGroupName: '/aws/lambda/quick' });
    expect(messages.filter((message) => message.startsWith(`REPORT RequestId: ${requestId}`))).toHaveLength(
      1,
    );
    expect(messages.filter((message) => message.startsWith('END'))).toHaveLength(index);
  }
});

test('a log group deleted under a living environment comes back', async () => {
  await deploy(server.lambda, 'again', {
    'index.mjs': 'export const handler = async () => console.log("hi");',
  });
  const logGroupName = '/aws/lambda/again';
  await invoke(server.lambda, 'again');
  await server.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  const { logGroups } = await server.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
  );
  expect(logGroups).toEqual([]);
  const { requestId } = await invoke(server.lambda, 'again');
  const messages = await filteredMessages(server.logs, { logGroupName });
  expect(messages[0]).toBe(`START RequestId: ${requestId} Version: $LATEST\n`);
});

const FLOOD = `
const line = 'x'.repeat(999);
export const handler = async () => {
  for (let index = 0; index < 100_000; index += 1) {
    if (!process.stdout.write(line + '\\n')) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return process.memoryUsage().rss;
};`;

test('a function that prints 100 MB holds nobody up', async () => {
  await deploy(server.lambda, 'flood', { 'index.mjs': FLOOD }, { Timeout: 80, MemorySize: 512 });
  await deploy(server.lambda, 'other', { 'index.mjs': 'export const handler = async () => 1;' });
  await invoke(server.lambda, 'other');
  const flood = invoke(server.lambda, 'flood');
  const end = whenDone(flood);
  let answered = 0;
  for (; !end.done; answered += 1) await invoke(server.lambda, 'other');
  expect((await flood).functionError).toBeUndefined();
  // Not one after the flood and one before it: many, between its lines.
  expect(answered).toBeGreaterThan(10);
  const { logGroups } = await server.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/flood' }),
  );
  expect(logGroups?.[0]?.storedBytes).toBeLessThan(70_000_000);
  const told = await filteredMessages(server.logs, {
    logGroupName: '/aws/lambda/flood',
    filterPattern: '"[Lambent]"',
  });
  expect(told.length).toBeGreaterThan(0);
}, 90_000);
