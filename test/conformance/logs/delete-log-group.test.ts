import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
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

test('takes streams, events and tags with it', async () => {
  const logGroupName = 'gone';
  const resourceArn = 'arn:aws:logs:us-east-1:000000000000:log-group:gone';
  await createStreams(server.logs, logGroupName, 's');
  await put(server.logs, logGroupName, 's', [[Date.now(), 'x']]);
  await server.logs.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }));
  await server.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  expect(await failure(server.logs.send(new DescribeLogStreamsCommand({ logGroupName })))).toEqual(NO_GROUP);
  await server.logs.send(new CreateLogGroupCommand({ logGroupName }));
  const { logStreams } = await server.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  expect(logStreams).toEqual([]);
  const { tags } = await server.logs.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tags).toEqual({});
});

test('refuses a group that is not there', async () => {
  expect(await failure(server.logs.send(new DeleteLogGroupCommand({ logGroupName: 'none' })))).toEqual(
    NO_GROUP,
  );
});
