import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { failure } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

test('creates a group with tags', async () => {
  await server.logs.send(new CreateLogGroupCommand({ logGroupName: '/app/one', tags: { team: 'a' } }));
  const { logGroups } = await server.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/app/one' }),
  );
  const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one';
  expect(logGroups).toEqual([
    {
      logGroupName: '/app/one',
      arn: `${arn}:*`,
      logGroupArn: arn,
      creationTime: expect.any(Number),
      metricFilterCount: 0,
      storedBytes: 0,
      logGroupClass: 'STANDARD',
      deletionProtectionEnabled: false,
    },
  ]);
  const { tags } = await server.logs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  expect(tags).toEqual({ team: 'a' });
});

test('refuses a name that is taken', async () => {
  await server.logs.send(new CreateLogGroupCommand({ logGroupName: 'twice' }));
  expect(await failure(server.logs.send(new CreateLogGroupCommand({ logGroupName: 'twice' })))).toEqual({
    code: 'ResourceAlreadyExistsException',
    message: 'The specified log group already exists',
  });
});

test('refuses a bad name', async () => {
  const { code, message } = await failure(
    server.logs.send(new CreateLogGroupCommand({ logGroupName: 'no spaces' })),
  );
  expect(code).toBe('InvalidParameterException');
  expect(message).toContain("Value 'no spaces' at 'logGroupName' failed to satisfy constraint");
});

test('refuses what is not built rather than forgetting it', async () => {
  for (const input of [
    { kmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/1' },
    { deletionProtectionEnabled: true },
    { logGroupClass: 'INFREQUENT_ACCESS' as const },
  ]) {
    const { code, message } = await failure(
      server.logs.send(new CreateLogGroupCommand({ logGroupName: 'x', ...input })),
    );
    expect(code).toBe('InvalidParameterException');
    expect(message).toContain('does not implement');
  }
});
