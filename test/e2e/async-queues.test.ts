import {
  GetFunctionConfigurationCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { advanceClock, eventCounts, RECORDER, recordedRuns, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { updated } from '../support/lambda-requests.ts';
import { makeQueue, nextMessage, receive, type TestQueue } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';

let server: TestServer;
let serial = 0;
let source: string;
let records: TestQueue;
let dead: TestQueue;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

beforeEach(async () => {
  serial += 1;
  source = `queued-${serial}`;
  await deploy(server.lambda, source, { 'index.js': RECORDER });
  records = await makeQueue(server.sqs);
  dead = await makeQueue(server.sqs);
});

async function sendRecordsToQueue(): Promise<void> {
  const destination = { Destination: records.arn };
  await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: source,
      DestinationConfig: { OnSuccess: destination, OnFailure: destination },
    }),
  );
}

async function sendDeadLettersTo(TargetArn: string): Promise<void> {
  await server.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: source, DeadLetterConfig: { TargetArn } }),
  );
  await updated(server.lambda, source);
}

async function runs(count: number): Promise<void> {
  await eventually(
    async () => await recordedRuns(server, source),
    (found) => found.length >= count,
  );
}

test('the record of a success comes to a queue, with the trace of the run', async () => {
  await sendRecordsToQueue();
  const id = await sendEvent(server.lambda, source, { n: 1 });
  const message = await nextMessage(server.sqs, records);
  expect(JSON.parse(message.Body ?? '')).toEqual({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestContext: {
      requestId: id,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${source}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { seen: { n: 1 } },
  });
  expect(message.MessageAttributes).toBeUndefined();
  expect(message.Attributes?.AWSTraceHeader).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
});

test('an event that fails three times leaves its record in one queue and itself in another', async () => {
  await sendRecordsToQueue();
  await sendDeadLettersTo(dead.arn);
  const id = await sendEvent(server.lambda, source, { fail: true, text: 'ä' });
  await runs(1);
  await advanceClock(server, 60_000);
  await runs(2);
  expect(await receive(server.sqs, dead)).toEqual([]);
  await advanceClock(server, 120_000);
  const letter = await nextMessage(server.sqs, dead);
  expect(letter.Body).toBe('{"fail":true,"text":"ä"}');
  expect(letter.MessageAttributes).toEqual({
    RequestID: { DataType: 'String', StringValue: id },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'as asked' },
  });
  const record = JSON.parse((await nextMessage(server.sqs, records)).Body ?? '') as object;
  expect(record).toMatchObject({
    requestContext: { requestId: id, condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'as asked' },
  });
  expect(await recordedRuns(server, source)).toHaveLength(3);
});

test('an event that never ran becomes a dead letter with the error of a throttled invoke', async () => {
  await sendDeadLettersTo(dead.arn);
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: source, ReservedConcurrentExecutions: 0 }),
  );
  const id = await sendEvent(server.lambda, source, { n: 1 });
  const letter = await nextMessage(server.sqs, dead);
  expect(letter.Body).toBe('{"n":1}');
  expect(letter.MessageAttributes).toEqual({
    RequestID: { DataType: 'String', StringValue: id },
    ErrorCode: { DataType: 'Number', StringValue: '429' },
    ErrorMessage: { DataType: 'String', StringValue: 'Rate Exceeded.' },
  });
});

test('a queue that is gone is counted and logged, and holds up nothing', async () => {
  await sendRecordsToQueue();
  await server.sqs.send(new DeleteQueueCommand({ QueueUrl: records.url }));
  const before = await eventCounts(server);
  const id = await sendEvent(server.lambda, source, { n: 1 });
  await eventually(
    async () => await eventCounts(server),
    (now) => now['undelivered'] === Number(before['undelivered']) + 1 && now['inHand'] === 0,
  );
  await untilPrinted(server, `The event ${id} for ${source} (000000000000, us-east-1) is done, but`);
});

test('the dead-letter queue is shown, taken away, and has to be one that takes events', async () => {
  const shown = async () =>
    (await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: source })))
      .DeadLetterConfig;
  await sendDeadLettersTo(dead.arn);
  expect(await shown()).toEqual({ TargetArn: dead.arn });
  const missing = `arn:aws:sqs:us-east-1:000000000000:nowhere-${serial}`;
  const foreign = dead.arn.replace('000000000000', '111111111111');
  for (const arn of [missing, foreign]) {
    await expect(sendDeadLettersTo(arn)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The provided execution role does not have permissions to call SendMessage on SQS',
    });
  }
  const fifo = await makeQueue(server.sqs, { FifoQueue: 'true' });
  await expect(sendDeadLettersTo(fifo.arn)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  expect(await shown()).toEqual({ TargetArn: dead.arn });
  await sendDeadLettersTo('');
  expect(await shown()).toBeUndefined();
});
