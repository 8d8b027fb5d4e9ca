import { GetLogEventsCommand, type GetLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { createStreams, failure, NO_GROUP, NO_STREAM, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

const base = Date.now() - 60_000;

async function createNumbered(group: string, count: number): Promise<void> {
  await createStreams(server.logs, group, 's');
  const numbered = Array.from({ length: count }, (_, index) => [base + index, String(index)] as const);
  await put(server.logs, group, 's', numbered);
}

async function page(logGroupName: string, input: Partial<GetLogEventsCommandInput> = {}) {
  const answer = await server.logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName: 's', ...input }),
  );
  return {
    messages: answer.events?.map((event) => event.message).join(' '),
    forward: answer.nextForwardToken,
    backward: answer.nextBackwardToken,
  };
}

test('pages from the head to the end, where the token stays the same', async () => {
  await createNumbered('head', 7);
  const first = await page('head', { startFromHead: true, limit: 3 });
  expect(first.messages).toBe('0 1 2');
  const second = await page('head', { nextToken: first.forward, limit: 3 });
  expect(second.messages).toBe('3 4 5');
  const third = await page('head', { nextToken: second.forward, limit: 3 });
  expect(third.messages).toBe('6');
  const end = await page('head', { nextToken: third.forward, limit: 3 });
  expect(end).toMatchObject({ messages: '', forward: third.forward });
  await put(server.logs, 'head', 's', [[base + 7, 'new']]);
  expect((await page('head', { nextToken: end.forward })).messages).toBe('new');
  expect((await page('head', { nextToken: second.backward, limit: 2 })).messages).toBe('1 2');
});

test('starts with the youngest events and goes back', async () => {
  await createNumbered('tail', 7);
  const last = await page('tail', { limit: 3 });
  expect(last.messages).toBe('4 5 6');
  const before = await page('tail', { nextToken: last.backward, limit: 3 });
  expect(before.messages).toBe('1 2 3');
  const first = await page('tail', { nextToken: before.backward, limit: 3 });
  expect(first.messages).toBe('0');
  const start = await page('tail', { nextToken: first.backward, limit: 3 });
  expect(start).toMatchObject({ messages: '', backward: first.backward });
  expect((await page('tail', { nextToken: start.forward, limit: 2 })).messages).toBe('0 1');
});

test('keeps to the time range, its end excluded', async () => {
  await createNumbered('range', 7);
  const input = { startTime: base + 2, endTime: base + 5 };
  expect((await page('range', input)).messages).toBe('2 3 4');
  expect((await page('range', { ...input, startFromHead: true, limit: 2 })).messages).toBe('2 3');
});

test('orders events by time, and by arrival within a millisecond', async () => {
  await createStreams(server.logs, 'order', 's');
  await put(server.logs, 'order', 's', [
    [base + 5, 'c'],
    [base + 5, 'd'],
  ]);
  await put(server.logs, 'order', 's', [
    [base + 1, 'a'],
    [base + 5, 'e'],
  ]);
  await put(server.logs, 'order', 's', [[base + 2, 'b']]);
  expect((await page('order')).messages).toBe('a b c d e');
});

test('shows an event as it was put', async () => {
  await createStreams(server.logs, 'shape', 's');
  const message = 'tab\there, line\nfeed, é 漢 🚀';
  await put(server.logs, 'shape', 's', [[base, message]]);
  const input = {
    logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:shape',
    logStreamName: 's',
  };
  const { events } = await server.logs.send(new GetLogEventsCommand(input));
  expect(events).toEqual([{ timestamp: base, message, ingestionTime: expect.any(Number) }]);
});

test('gives no more than a megabyte at once', async () => {
  await createStreams(server.logs, 'large', 's');
  for (let index = 0; index < 3; index += 1) {
    await put(server.logs, 'large', 's', [[base + index, String(index).repeat(500_000)]]);
  }
  const { events, nextForwardToken } = await server.logs.send(
    new GetLogEventsCommand({ logGroupName: 'large', logStreamName: 's', startFromHead: true }),
  );
  expect(events?.map((event) => event.message?.charAt(0))).toEqual(['0', '1']);
  expect((await page('large', { nextToken: nextForwardToken })).messages).toMatch(/^2+$/);
});

test('an empty stream can be followed', async () => {
  await createStreams(server.logs, 'empty', 's');
  const nothing = await page('empty');
  expect(nothing.messages).toBe('');
  await put(server.logs, 'empty', 's', [[base, 'first']]);
  expect((await page('empty', { nextToken: nothing.forward })).messages).toBe('first');
});

test('refuses what AWS refuses', async () => {
  await createStreams(server.logs, 'refused');
  expect(await failure(page('refused'))).toEqual(NO_STREAM);
  expect(await failure(page('none'))).toEqual(NO_GROUP);
  await createStreams(server.logs, 'refused2', 's');
  expect(await failure(page('refused2', { nextToken: 'f/1/s' }))).toEqual({
    code: 'InvalidParameterException',
    message: 'The specified nextToken is invalid.',
  });
});
