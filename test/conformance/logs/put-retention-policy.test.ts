import {
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { eventually } from '../../support/functions.ts';
import { advanceClock, createStreams, failure, filteredMessages, NO_GROUP, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

const DAY_MS = 86_400_000;

async function describe(logGroupNamePrefix: string) {
  const { logGroups } = await server.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return logGroups?.[0];
}

test('hides expired events at once and gives their space back', async () => {
  const logGroupName = 'kept';
  await createStreams(server.logs, logGroupName, 's');
  const now = Date.now();
  await put(server.logs, logGroupName, 's', [[now - 5 * DAY_MS, 'five days old']]);
  await put(server.logs, logGroupName, 's', [[now, 'new']]);
  await server.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 3 }));
  expect((await describe(logGroupName))?.retentionInDays).toBe(3);
  expect(await filteredMessages(server.logs, { logGroupName })).toEqual(['new']);
  await server.logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
  expect((await describe(logGroupName))?.retentionInDays).toBeUndefined();
  await server.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
  await advanceClock(server.endpoint, 2 * DAY_MS);
  expect(await filteredMessages(server.logs, { logGroupName })).toEqual([]);
  await eventually(
    () => describe(logGroupName),
    (group) => group?.storedBytes === 0,
  );
});

test('refuses other numbers of days, and a group that is not there', async () => {
  await createStreams(server.logs, 'refused');
  const odd = new PutRetentionPolicyCommand({ logGroupName: 'refused', retentionInDays: 2 });
  const { code, message } = await failure(server.logs.send(odd));
  expect(code).toBe('InvalidParameterException');
  expect(message).toContain("Value '2' at 'retentionInDays' failed to satisfy constraint");
  const nowhere = new PutRetentionPolicyCommand({ logGroupName: 'none', retentionInDays: 1 });
  expect(await failure(server.logs.send(nowhere))).toEqual(NO_GROUP);
});
