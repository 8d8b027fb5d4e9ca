import {
  DescribeLogStreamsCommand,
  type DescribeLogStreamsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { createStreams, failure, NO_GROUP, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

const now = Date.now();

async function names(input: DescribeLogStreamsCommandInput): Promise<(string | undefined)[]> {
  const seen: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await server.logs.send(new DescribeLogStreamsCommand({ ...input, limit: 2, nextToken }));
    for (const stream of page.logStreams ?? []) seen.push(stream.logStreamName);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return seen;
}

test('orders by name or by last event, either way, in pages', async () => {
  await createStreams(server.logs, 'g', 'a1', 'a2', 'b3', 'b4');
  await put(server.logs, 'g', 'a1', [[now - 1000, 'x']]);
  await put(server.logs, 'g', 'a2', [[now - 9000, 'x']]);
  await put(server.logs, 'g', 'b4', [[now - 5000, 'x']]);
  expect(await names({ logGroupName: 'g' })).toEqual(['a1', 'a2', 'b3', 'b4']);
  expect(await names({ logGroupName: 'g', descending: true })).toEqual(['b4', 'b3', 'a2', 'a1']);
  expect(await names({ logGroupName: 'g', logStreamNamePrefix: 'a' })).toEqual(['a1', 'a2']);
  const byTime = { logGroupName: 'g', orderBy: 'LastEventTime' } as const;
  expect(await names({ ...byTime, descending: true })).toEqual(['a1', 'b4', 'a2', 'b3']);
  expect(await names(byTime)).toEqual(['b3', 'a2', 'b4', 'a1']);
});

test('shows when a stream was written', async () => {
  const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:times';
  await createStreams(server.logs, 'times', 's');
  await put(server.logs, 'times', 's', [
    [now - 2000, 'x'],
    [now - 1000, 'y'],
  ]);
  await put(server.logs, 'times', 's', [[now - 3000, 'z']]);
  const { logStreams } = await server.logs.send(new DescribeLogStreamsCommand({ logGroupIdentifier: arn }));
  expect(logStreams?.[0]).toMatchObject({
    firstEventTimestamp: now - 3000,
    lastEventTimestamp: now - 1000,
    lastIngestionTime: expect.any(Number),
  });
});

test('refuses what AWS refuses', async () => {
  expect(await failure(server.logs.send(new DescribeLogStreamsCommand({ logGroupName: 'none' })))).toEqual(
    NO_GROUP,
  );
  const both = { logGroupName: 'g', orderBy: 'LastEventTime', logStreamNamePrefix: 'a' } as const;
  expect(await failure(server.logs.send(new DescribeLogStreamsCommand(both)))).toEqual({
    code: 'InvalidParameterException',
    message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
  });
});
