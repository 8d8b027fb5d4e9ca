import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  advanceClock,
  eventCounts,
  RECORDER,
  type RecordedRun,
  recordedRuns,
  sendEvent,
  withFrozenClock,
} from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';

let server: TestServer;
let serial = 0;
let source: string;
let destination: string;

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

beforeEach(async () => {
  serial += 1;
  source = `source-${serial}`;
  destination = `destination-${serial}`;
  await deploy(server.lambda, source, { 'index.js': RECORDER });
  await deploy(server.lambda, destination, { 'index.js': RECORDER });
});

async function configure(
  input: Omit<PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>,
): Promise<void> {
  await server.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: source, ...input }));
}

const both = () => ({
  OnSuccess: { Destination: arnOf(destination) },
  OnFailure: { Destination: arnOf(destination) },
});

async function runs(name: string, count: number): Promise<RecordedRun[]> {
  return await eventually(
    async () => await recordedRuns(server, name),
    (found) => found.length >= count,
  );
}

/** Nothing is running or being written. */
async function quiet(): Promise<Readonly<Record<string, number>>> {
  return await eventually(
    async () => await eventCounts(server),
    (counts) => counts['inHand'] === 0,
  );
}

async function record(): Promise<Readonly<Record<string, unknown>>> {
  const [first] = await runs(destination, 1);
  return first?.event ?? {};
}

test('a success is recorded with its response', async () => {
  await configure({ DestinationConfig: both() });
  const id = await sendEvent(server.lambda, source, { n: 1 });
  expect(await record()).toEqual({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestContext: {
      requestId: id,
      functionArn: `${arnOf(source)}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { seen: { n: 1 } },
  });
});

test('a failure is recorded once its attempts are used up', async () => {
  await configure({ MaximumRetryAttempts: 1, DestinationConfig: both() });
  const id = await sendEvent(server.lambda, source, { fail: true });
  await runs(source, 1);
  await quiet();
  expect(await recordedRuns(server, destination)).toEqual([]);
  await advanceClock(server, 60_000);
  expect(await record()).toMatchObject({
    requestContext: { requestId: id, condition: 'RetriesExhausted', approximateInvokeCount: 2 },
    requestPayload: { fail: true },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'Error', errorMessage: 'as asked' },
  });
  expect(await recordedRuns(server, source)).toHaveLength(2);
});

test('an event that would be too old at its retry is given up at once', async () => {
  await configure({ MaximumEventAgeInSeconds: 60, DestinationConfig: both() });
  await sendEvent(server.lambda, source, { fail: true });
  expect(await record()).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
    responsePayload: { errorMessage: 'as asked' },
  });
});

test('an event that became too old while it waited does not run again', async () => {
  await configure({ MaximumEventAgeInSeconds: 600, DestinationConfig: both() });
  // Its retry comes after a minute, however long the rest takes.
  await withFrozenClock(server, async () => {
    await sendEvent(server.lambda, source, { fail: true });
    await runs(source, 1);
    await quiet();
    await advanceClock(server, 59_000);
    await configure({ MaximumEventAgeInSeconds: 60, DestinationConfig: both() });
    await advanceClock(server, 3_600_000);
  });
  expect(await record()).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded' },
  });
  expect(await recordedRuns(server, source)).toHaveLength(1);
});

test('without reserved concurrency an event goes straight to the end', async () => {
  await configure({ DestinationConfig: both() });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: source, ReservedConcurrentExecutions: 0 }),
  );
  await sendEvent(server.lambda, source, { n: 1 });
  const found = await record();
  expect(found).toMatchObject({
    requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
    requestPayload: { n: 1 },
  });
  expect(found).not.toHaveProperty('responseContext');
  expect(found).not.toHaveProperty('responsePayload');
  expect(await recordedRuns(server, source)).toEqual([]);
});

test('an alias has rules of its own, and $LATEST has not those of the alias', async () => {
  await server.lambda.send(new PublishVersionCommand({ FunctionName: source }));
  await server.lambda.send(
    new CreateAliasCommand({ FunctionName: source, Name: 'live', FunctionVersion: '1' }),
  );
  await configure({ Qualifier: 'live', MaximumRetryAttempts: 0, DestinationConfig: both() });
  await sendEvent(server.lambda, source, { fail: true });
  await runs(source, 1);
  const before = await quiet();
  const id = await sendEvent(server.lambda, source, { fail: true, by: 'alias' }, { Qualifier: 'live' });
  expect(await record()).toMatchObject({
    requestContext: { requestId: id, functionArn: `${arnOf(source)}:live`, condition: 'RetriesExhausted' },
    responseContext: { executedVersion: '1' },
  });
  const after = await quiet();
  expect(Number(after['failed'])).toBe(Number(before['failed']) + 1);
});

test('a destination that is gone is counted and logged, and holds up nothing', async () => {
  await configure({ DestinationConfig: both() });
  await server.lambda.send(new DeleteFunctionCommand({ FunctionName: destination }));
  const before = await quiet();
  const id = await sendEvent(server.lambda, source, { n: 1 });
  await eventually(
    async () => await eventCounts(server),
    (counts) => counts['undelivered'] === Number(before['undelivered']) + 1 && counts['inHand'] === 0,
  );
  await untilPrinted(server, `The event ${id} for ${source} (000000000000, us-east-1) is done, but`);
  await sendEvent(server.lambda, source, { n: 2 });
  await runs(source, 2);
});

test('what fits an event but not its record cannot be delivered', async () => {
  await configure({ DestinationConfig: both() });
  const before = await quiet();
  await sendEvent(server.lambda, source, { text: 'x'.repeat(600_000) });
  await eventually(
    async () => await eventCounts(server),
    (counts) => counts['undelivered'] === Number(before['undelivered']) + 1,
  );
});
