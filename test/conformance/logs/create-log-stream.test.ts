import { CreateLogStreamCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
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

test('creates an empty stream', async () => {
  await createStreams(server.logs, 'g', '2026/11/21/[$LATEST]abc');
  const { logStreams } = await server.logs.send(new DescribeLogStreamsCommand({ logGroupName: 'g' }));
  expect(logStreams).toEqual([
    {
      logStreamName: '2026/11/21/[$LATEST]abc',
      arn: 'arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:2026/11/21/[$LATEST]abc',
      creationTime: expect.any(Number),
      uploadSequenceToken: expect.any(String),
      storedBytes: 0,
    },
  ]);
});

test('refuses a name that is taken, and a group that is not there', async () => {
  await createStreams(server.logs, 'twice', 's');
  const again = new CreateLogStreamCommand({ logGroupName: 'twice', logStreamName: 's' });
  expect(await failure(server.logs.send(again))).toEqual({
    code: 'ResourceAlreadyExistsException',
    message: 'The specified log stream already exists',
  });
  const nowhere = new CreateLogStreamCommand({ logGroupName: 'none', logStreamName: 's' });
  expect(await failure(server.logs.send(nowhere))).toEqual(NO_GROUP);
});

test('refuses the character no database keeps, in names and in forged tokens', async () => {
  await createStreams(server.logs, 'zero', 's');
  const named = new CreateLogStreamCommand({ logGroupName: 'zero', logStreamName: 'a\0b' });
  expect(await failure(server.logs.send(named))).toEqual({
    code: 'InvalidParameterException',
    message: 'The parameter logStreamName must not contain the character U+0000.',
  });
  const nextToken = Buffer.from(JSON.stringify(['\0'])).toString('base64url');
  const forged = new DescribeLogStreamsCommand({ logGroupName: 'zero', nextToken });
  expect((await failure(server.logs.send(forged))).code).toBe('InvalidParameterException');
});
