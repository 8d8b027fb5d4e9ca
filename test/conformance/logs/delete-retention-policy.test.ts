import {
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { createStreams, failure, NO_GROUP } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

test('keeps events for ever again', async () => {
  await createStreams(server.logs, 'g');
  await server.logs.send(new PutRetentionPolicyCommand({ logGroupName: 'g', retentionInDays: 7 }));
  await server.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: 'g' }));
  const { logGroups } = await server.logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups?.map((group) => group.retentionInDays)).toEqual([undefined]);
});

test('refuses a group that is not there', async () => {
  const nowhere = new DeleteRetentionPolicyCommand({ logGroupName: 'none' });
  expect(await failure(server.logs.send(nowhere))).toEqual(NO_GROUP);
});
