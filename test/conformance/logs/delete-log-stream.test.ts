import { DeleteLogStreamCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { createStreams, failure, filteredMessages, NO_GROUP, NO_STREAM, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

test('removes one stream with its events', async () => {
  await createStreams(server.logs, 'g', 'a', 'b');
  await put(server.logs, 'g', 'a', [[Date.now(), 'in a']]);
  await put(server.logs, 'g', 'b', [[Date.now(), 'in b']]);
  await server.logs.send(new DeleteLogStreamCommand({ logGroupName: 'g', logStreamName: 'a' }));
  const { logStreams } = await server.logs.send(new DescribeLogStreamsCommand({ logGroupName: 'g' }));
  expect(logStreams?.map((stream) => stream.logStreamName)).toEqual(['b']);
  expect(await filteredMessages(server.logs, { logGroupName: 'g' })).toEqual(['in b']);
});

test('refuses what is not there', async () => {
  await createStreams(server.logs, 'h');
  const stream = new DeleteLogStreamCommand({ logGroupName: 'h', logStreamName: 's' });
  expect(await failure(server.logs.send(stream))).toEqual(NO_STREAM);
  const group = new DeleteLogStreamCommand({ logGroupName: 'none', logStreamName: 's' });
  expect(await failure(server.logs.send(group))).toEqual(NO_GROUP);
});
