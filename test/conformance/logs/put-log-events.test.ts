import { GetLogEventsCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, temporaryDirectory, type TestServer } from '../../support/server.ts';
import { createStreams, failure, filteredMessages, NO_GROUP, NO_STREAM, put } from './log-fixtures.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('rejects single events that are too old or too new', async () => {
  await createStreams(server.logs, 'window', 's');
  const now = Date.now();
  const old = await put(server.logs, 'window', 's', [
    [now - 14.5 * DAY_MS, 'too old'],
    [now - 13.9 * DAY_MS, 'old'],
  ]);
  expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
  const young = await put(server.logs, 'window', 's', [
    [now, 'now'],
    [now + HOUR_MS, 'in an hour'],
    [now + 3 * HOUR_MS, 'too new'],
  ]);
  expect(young.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 2 });
  expect(young.nextSequenceToken).toMatch(/^\d+$/);
  expect(await filteredMessages(server.logs, { logGroupName: 'window' })).toEqual([
    'old',
    'now',
    'in an hour',
  ]);
});

test('says that it does not keep what an event came from', async () => {
  await createStreams(server.logs, 'entities', 's');
  const answer = await server.logs.send(
    new PutLogEventsCommand({
      logGroupName: 'entities',
      logStreamName: 's',
      logEvents: [{ timestamp: Date.now(), message: 'taken' }],
      entity: { keyAttributes: { Type: 'Service', Name: 'shop' } },
    }),
  );
  expect(answer.rejectedEntityInfo).toEqual({ errorType: 'UnsupportedLogGroupType' });
  expect(await filteredMessages(server.logs, { logGroupName: 'entities' })).toEqual(['taken']);
});

test('refuses uploads as AWS does', async () => {
  await createStreams(server.logs, 'refused', 's');
  const now = Date.now();
  const invalid = (message: string) => ({ code: 'InvalidParameterException', message });
  expect(
    await failure(
      put(server.logs, 'refused', 's', [
        [now, 'b'],
        [now - 1, 'a'],
      ]),
    ),
  ).toEqual(invalid('Log events in a single PutLogEvents request must be in chronological order.'));
  expect(
    await failure(
      put(server.logs, 'refused', 's', [
        [now - DAY_MS - 1, 'a'],
        [now, 'b'],
      ]),
    ),
  ).toEqual(
    invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.'),
  );
  const half = 'x'.repeat(524_275);
  expect(
    await failure(
      put(server.logs, 'refused', 's', [
        [now, half],
        [now, half],
      ]),
    ),
  ).toEqual(invalid('Upload too large: 1048602 bytes exceeds limit of 1048576'));
  expect(await failure(put(server.logs, 'refused', 'none', [[now, 'x']]))).toEqual(NO_STREAM);
  expect(await failure(put(server.logs, 'none', 's', [[now, 'x']]))).toEqual(NO_GROUP);
  expect((await failure(put(server.logs, 'refused', 's', []))).code).toBe('InvalidParameterException');
});

test('takes ten thousand events at once', async () => {
  await createStreams(server.logs, 'many', 's');
  const now = Date.now();
  await put(
    server.logs,
    'many',
    's',
    Array.from({ length: 10_000 }, (_, index) => [now, String(index)] as const),
  );
  const input = { logGroupName: 'many', logStreamName: 's', startFromHead: true };
  const { events } = await server.logs.send(new GetLogEventsCommand(input));
  expect(events?.map((event) => event.message)).toEqual(
    Array.from({ length: 10_000 }, (_, index) => String(index)),
  );
});

test('what was answered survives kill -9', async () => {
  const directory = await temporaryDirectory();
  const first = await startServer({ dataDir: directory.path });
  await createStreams(first.logs, 'g', 's');
  const acknowledged: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    await put(first.logs, 'g', 's', [[Date.now(), String(index)]]);
    acknowledged.push(String(index));
  }
  await first.kill();
  const second = await startServer({ dataDir: directory.path });
  expect(await filteredMessages(second.logs, { logGroupName: 'g' })).toEqual(acknowledged);
  await second.stop();
  await directory.remove();
});
