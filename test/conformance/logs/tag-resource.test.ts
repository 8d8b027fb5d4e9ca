import {
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
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

const ARN = 'arn:aws:logs:us-east-1:000000000000:log-group:';

async function tagsOf(resourceArn: string) {
  const { tags } = await server.logs.send(new ListTagsForResourceCommand({ resourceArn }));
  return tags;
}

test('adds, overwrites and removes tags', async () => {
  await createStreams(server.logs, 'g');
  const resourceArn = `${ARN}g`;
  expect(await tagsOf(resourceArn)).toEqual({});
  await server.logs.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
  await server.logs.send(new TagResourceCommand({ resourceArn, tags: { b: '3', c: '' } }));
  expect(await tagsOf(resourceArn)).toEqual({ a: '1', b: '3', c: '' });
  await server.logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'unknown'] }));
  expect(await tagsOf(resourceArn)).toEqual({ b: '3', c: '' });
});

test('the older operations see the same tags', async () => {
  await createStreams(server.logs, 'old');
  await server.logs.send(new TagLogGroupCommand({ logGroupName: 'old', tags: { a: '1', b: '2' } }));
  expect(await tagsOf(`${ARN}old`)).toEqual({ a: '1', b: '2' });
  await server.logs.send(new UntagLogGroupCommand({ logGroupName: 'old', tags: ['a'] }));
  const { tags } = await server.logs.send(new ListTagsLogGroupCommand({ logGroupName: 'old' }));
  expect(tags).toEqual({ b: '2' });
});

test('refuses a fifty-first tag and groups that are not there', async () => {
  await createStreams(server.logs, 'full');
  const resourceArn = `${ARN}full`;
  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
  await server.logs.send(new TagResourceCommand({ resourceArn, tags: fifty }));
  const more = new TagResourceCommand({ resourceArn, tags: { more: 'v' } });
  expect((await failure(server.logs.send(more))).code).toBe('TooManyTagsException');
  expect(Object.keys((await tagsOf(resourceArn)) ?? {})).toHaveLength(50);
  expect(await failure(tagsOf(`${ARN}none`))).toEqual(NO_GROUP);
  expect(await failure(tagsOf('arn:aws:logs:eu-west-1:000000000000:log-group:full'))).toEqual(NO_GROUP);
  const nowhere = new TagLogGroupCommand({ logGroupName: 'none', tags: { a: 'b' } });
  expect(await failure(server.logs.send(nowhere))).toEqual(NO_GROUP);
});
