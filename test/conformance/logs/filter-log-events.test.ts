import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
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

const base = Date.now() - 60_000;

test('merges streams by time, in pages of any size', async () => {
  await createStreams(server.logs, 'merge', 'a', 'b', 'c');
  const streams = ['a', 'b', 'c'];
  for (const [index, stream] of streams.entries()) {
    const events = Array.from(
      { length: 5 },
      (_, i) => [base + i * 3 + index, String(i * 3 + index)] as const,
    );
    await put(server.logs, 'merge', stream, events);
  }
  const all = Array.from({ length: 15 }, (_, index) => String(index));
  for (const limit of [1, 4, 5, 15, 100]) {
    expect(await filteredMessages(server.logs, { logGroupName: 'merge', limit })).toEqual(all);
  }
  expect(
    await filteredMessages(server.logs, { logGroupName: 'merge', logStreamNames: ['a', 'c'], limit: 3 }),
  ).toEqual(all.filter((message) => Number(message) % 3 !== 1));
  expect(
    await filteredMessages(server.logs, { logGroupName: 'merge', logStreamNamePrefix: 'b' }),
  ).toHaveLength(5);
});

test('the last page has no token', async () => {
  await createStreams(server.logs, 'last', 's');
  await put(server.logs, 'last', 's', [
    [base, 'a'],
    [base, 'b'],
  ]);
  const input = { logGroupName: 'last', limit: 2 };
  expect((await server.logs.send(new FilterLogEventsCommand(input))).nextToken).toBeUndefined();
});

test('filters by pattern and time, both ends included', async () => {
  await createStreams(server.logs, 'filter', 's');
  await put(server.logs, 'filter', 's', [
    [base, 'ERROR one'],
    [base + 1, 'INFO two'],
    [base + 2, '{"level":"ERROR","ms":12}'],
    [base + 3, 'ERROR four'],
  ]);
  const group = { logGroupName: 'filter' };
  expect(await filteredMessages(server.logs, { ...group, filterPattern: 'ERROR -level' })).toEqual([
    'ERROR one',
    'ERROR four',
  ]);
  expect(await filteredMessages(server.logs, { ...group, filterPattern: '{ $.ms > 10 }' })).toEqual([
    '{"level":"ERROR","ms":12}',
  ]);
  expect(await filteredMessages(server.logs, { ...group, filterPattern: '[type=INFO, number]' })).toEqual([
    'INFO two',
  ]);
  expect(
    await filteredMessages(server.logs, {
      ...group,
      filterPattern: 'ERROR',
      startTime: base + 1,
      endTime: base + 2,
    }),
  ).toEqual(['{"level":"ERROR","ms":12}']);
});

test('gives every event an id of its own that stays', async () => {
  await createStreams(server.logs, 'ids', 'a', 'b');
  for (const stream of ['a', 'b']) {
    await put(server.logs, 'ids', stream, [
      [base, 'same'],
      [base, 'same'],
    ]);
  }
  const ask = () => server.logs.send(new FilterLogEventsCommand({ logGroupName: 'ids' }));
  const first = await ask();
  const ids = first.events?.map((event) => event.eventId);
  expect(new Set(ids).size).toBe(4);
  expect(ids?.[0]).toMatch(/^\d{56}$/);
  expect((await ask()).events?.map((event) => event.eventId)).toEqual(ids);
  expect(first.events?.[0]).toEqual({
    logStreamName: 'a',
    timestamp: base,
    message: 'same',
    ingestionTime: expect.any(Number),
    eventId: ids?.[0],
  });
  expect(first.searchedLogStreams).toEqual([]);
});

test('refuses what AWS refuses', async () => {
  await createStreams(server.logs, 'refused', 's');
  const logGroupName = 'refused';
  expect(await failure(filteredMessages(server.logs, { logGroupName: 'none' }))).toEqual(NO_GROUP);
  expect(
    await failure(filteredMessages(server.logs, { logGroupName, logStreamNames: ['s', 'none'] })),
  ).toEqual(NO_STREAM);
  const invalid = (message: string) => ({ code: 'InvalidParameterException', message });
  expect(await failure(filteredMessages(server.logs, { logGroupName, filterPattern: 'a:b' }))).toEqual(
    invalid("Invalid character(s) in term ':'"),
  );
  const token = new FilterLogEventsCommand({ logGroupName, nextToken: 'nonsense' });
  expect(await failure(server.logs.send(token))).toEqual(invalid('The specified nextToken is invalid.'));
  const youngest = new FilterLogEventsCommand({ logGroupName, startFromHead: false });
  expect((await failure(server.logs.send(youngest))).code).toBe('InvalidParameterException');
  const both = { logGroupName, logStreamNames: ['s'], logStreamNamePrefix: 's' };
  expect((await failure(filteredMessages(server.logs, both))).code).toBe('InvalidParameterException');
});
