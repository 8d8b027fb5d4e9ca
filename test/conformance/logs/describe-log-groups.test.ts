import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { createStreams, failure, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

async function names(input: DescribeLogGroupsCommandInput = {}): Promise<(string | undefined)[]> {
  const { logGroups } = await server.logs.send(new DescribeLogGroupsCommand(input));
  return (logGroups ?? []).map((group) => group.logGroupName);
}

test('lists by prefix, by pattern and by identifier, in order', async () => {
  for (const logGroupName of ['/p/DataLogs', '/p/b', '/q/GroupDataLogs', '/p/a_b', '/p/a%b']) {
    await server.logs.send(new CreateLogGroupCommand({ logGroupName })).catch(() => undefined);
  }
  expect(await names({ logGroupNamePrefix: '/p/' })).toEqual(['/p/DataLogs', '/p/a_b', '/p/b']);
  expect(await names({ logGroupNamePrefix: '/P/' })).toEqual([]);
  expect(await names({ logGroupNamePattern: 'DataLogs' })).toEqual(['/p/DataLogs', '/q/GroupDataLogs']);
  expect(await names({ logGroupNamePattern: 'datalogs' })).toEqual([]);
  const identifier = 'arn:aws:logs:us-east-1:000000000000:log-group:/p/b';
  expect(await names({ logGroupIdentifiers: [identifier] })).toEqual(['/p/b']);
  expect(
    await failure(
      server.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'a', logGroupNamePattern: 'b' })),
    ),
  ).toEqual({
    code: 'InvalidParameterException',
    message: 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
  });
});

test('gives pages, also when a group comes and goes meanwhile', async () => {
  const all = Array.from({ length: 7 }, (_, index) => `/page/${index}`);
  for (const logGroupName of all) await server.logs.send(new CreateLogGroupCommand({ logGroupName }));
  const seen: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await server.logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/page/', limit: 3, nextToken }),
    );
    expect(page.logGroups?.length).toBeLessThanOrEqual(3);
    for (const group of page.logGroups ?? []) seen.push(group.logGroupName);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(seen).toEqual(all);
  expect(await failure(server.logs.send(new DescribeLogGroupsCommand({ nextToken: 'nonsense' })))).toEqual({
    code: 'InvalidParameterException',
    message: 'The specified nextToken is invalid.',
  });
});

test('counts the stored bytes', async () => {
  await createStreams(server.logs, '/bytes', 's', 't');
  await put(server.logs, '/bytes', 's', [[Date.now(), 'x'.repeat(74)]]);
  await put(server.logs, '/bytes', 't', [[Date.now(), 'é'.repeat(37)]]);
  const { logGroups } = await server.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/bytes' }),
  );
  expect(logGroups?.[0]?.storedBytes).toBe(200);
});
