import type { KinesisClient } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import {
  DOCUMENTED_REFUSALS,
  KNOWN_REFUSALS,
  UNSUPPORTED_PARAMETERS,
} from '../../support/mapping-refusals.ts';
import { GOOD_REQUESTS, SOURCE_KINDS } from '../../support/mapping-requests.ts';
import { type Mapping, untilState } from '../../support/mappings.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { kinesisFor, makeStream } from '../../support/streams.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;
let kinesis: KinesisClient;
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  kinesis = kinesisFor(server);
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 1));
  await createAlias(server.lambda, FunctionName, 'live', '1');
});

afterAll(async () => {
  kinesis.destroy();
  await server.stop();
});

async function refused(input: Partial<CreateEventSourceMappingCommandInput>): Promise<Refusal> {
  return await refusal(server.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, ...input })));
}

async function create(input: Partial<CreateEventSourceMappingCommandInput>): Promise<Mapping> {
  const command = new CreateEventSourceMappingCommand({ FunctionName, ...input });
  const { $metadata, ...mapping } = await server.lambda.send(command);
  expect($metadata.httpStatusCode).toBe(202);
  return { ...mapping, UUID: mapping.UUID ?? '' };
}

function invalid(message: string): Refusal {
  return { name: 'InvalidParameterValueException', message, status: 400, type: 'User' };
}

const POLLED: readonly string[] = ['sqs', 'sqs-fifo', 'kinesis', 'dynamodb'];

const NOT_THERE = invalid('Function does not exist');

describe('CreateEventSourceMapping', () => {
  test.each(SOURCE_KINDS.filter((kind) => !POLLED.includes(kind)))(
    'refuses a good request for %s by name while nothing polls it [not-implemented] [kafka-defaults]',
    async (kind) => {
      const answer = await refused(GOOD_REQUESTS[kind]);
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
      expect(answer.message).toMatch(
        /^CreateEventSourceMapping: .+ as an event source is not implemented by Lambent yet\.$/,
      );
    },
  );

  test('answers with the mapping as it is made, and shows it as Enabled then [answer] [queue-defaults]', async () => {
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const made = await create({ EventSourceArn });
    expect(made).toEqual({
      UUID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${made.UUID}`,
      FunctionArn,
      EventSourceArn,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      State: 'Creating',
      StateTransitionReason: 'USER_INITIATED',
      LastModified: expect.any(Date) as Date,
    });
    expect(await untilState(server.lambda, made.UUID, 'Enabled')).toEqual({ ...made, State: 'Enabled' });
  });

  test('comes to rest as Disabled where it is made so [disabled]', async () => {
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const { UUID, State } = await create({ EventSourceArn, Enabled: false });
    expect(State).toBe('Creating');
    await untilState(server.lambda, UUID, 'Disabled');
  });

  test('keeps exactly the qualifier it was given [function-forms] [function-arn]', async () => {
    const forms: readonly (readonly [string, string])[] = [
      [FunctionArn, FunctionArn],
      [`000000000000:function:${FunctionName}`, FunctionArn],
      [`${FunctionArn}:1`, `${FunctionArn}:1`],
      [`${FunctionName}:live`, `${FunctionArn}:live`],
      [`${FunctionName}:$LATEST`, `${FunctionArn}:$LATEST`],
    ];
    for (const [form, arn] of forms) {
      const { arn: EventSourceArn } = await makeQueue(server.sqs);
      expect(await create({ EventSourceArn, FunctionName: form })).toMatchObject({ FunctionArn: arn });
    }
  });

  test('takes an empty list of filters for none [empty-filters]', async () => {
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const made = await create({ EventSourceArn, FilterCriteria: { Filters: [] } });
    expect(made).not.toHaveProperty('FilterCriteria');
  });

  test("refuses a queue that is not there, or not the account's own [missing-queue]", async () => {
    expect(await refused(GOOD_REQUESTS.sqs)).toEqual(
      invalid(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
      ),
    );
    const elsewhere = { EventSourceArn: 'arn:aws:sqs:us-east-1:111111111111:orders' };
    expect((await refused(elsewhere)).message).toContain('does not have permissions to call ReceiveMessage');
  });

  test('refuses a queue that shows messages again while the function may still run [visibility-timeout]', async () => {
    const { arn: EventSourceArn } = await makeQueue(server.sqs, { VisibilityTimeout: '20' });
    const slow = await deploy(server.lambda, { Timeout: 21 });
    const request = { EventSourceArn, FunctionName: slow.FunctionName };
    expect(await refused(request)).toEqual(
      invalid('Queue visibility timeout: 20 seconds is less than Function timeout: 21 seconds'),
    );
  });

  test('shows what holds for a stream when nothing else was said [stream-defaults]', async () => {
    const { arn: EventSourceArn } = await makeStream(kinesis);
    const made = await create({ EventSourceArn, StartingPosition: 'LATEST' });
    const shown = {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: false,
      MaximumRecordAgeInSeconds: -1,
      MaximumRetryAttempts: -1,
      TumblingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      DestinationConfig: { OnFailure: {} },
      StartingPosition: 'LATEST',
      LastProcessingResult: 'No records processed',
      StateTransitionReason: 'User action',
    };
    expect(made).toMatchObject({ ...shown, State: 'Creating' });
    expect(await untilState(server.lambda, made.UUID, 'Enabled')).toMatchObject(shown);
    const request = { EventSourceArn, StartingPosition: 'TRIM_HORIZON' as const };
    expect(await refused(request)).toMatchObject({
      name: 'ResourceConflictException',
      message:
        `The event source arn (" ${EventSourceArn} ") and function (" ${FunctionName} ") provided mapping already exists. ` +
        `Please update or delete the existing mapping with UUID ${made.UUID}`,
    });
  });

  test('refuses a stream that is not there, and a destination that takes nothing [missing-stream]', async () => {
    const { EventSourceArn } = GOOD_REQUESTS.kinesis;
    expect(await refused(GOOD_REQUESTS.kinesis)).toEqual(invalid(`Stream not found: ${EventSourceArn}`));
    const stream = await makeStream(kinesis);
    const Destination = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
    const request = { ...GOOD_REQUESTS.kinesis, EventSourceArn: stream.arn };
    expect(await refused({ ...request, DestinationConfig: { OnFailure: { Destination } } })).toEqual(
      invalid(`The destination ARN ${Destination} is invalid.`),
    );
  });

  test('refuses the same source for the same function a second time [duplicate]', async () => {
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const { UUID } = await create({ EventSourceArn });
    expect(await refused({ EventSourceArn })).toEqual({
      name: 'ResourceConflictException',
      message:
        `An event source mapping with SQS arn (" ${EventSourceArn} ") and function (" ${FunctionName} ") already exists. ` +
        `Please update or delete the existing mapping with UUID ${UUID}`,
      status: 409,
      type: 'User',
    });
    // With another qualifier it is another function.
    await create({ EventSourceArn, FunctionName: `${FunctionName}:live` });
  });

  test.each([...KNOWN_REFUSALS, ...DOCUMENTED_REFUSALS])(
    'refuses $kind with $change [$id]',
    async ({ kind, change, message }) => {
      expect(await refused({ ...GOOD_REQUESTS[kind], ...change })).toEqual(invalid(message));
    },
  );

  test.each(UNSUPPORTED_PARAMETERS)(
    '$kind does not have $change [unsupported-parameter]',
    async ({ kind, change, message }) => {
      expect(await refused({ ...GOOD_REQUESTS[kind], ...change })).toEqual(invalid(message));
    },
  );

  test('wants the function, version or alias to be there [unknown-function]', async () => {
    const names = [
      uniqueName(),
      `${FunctionName}:2`,
      `${FunctionArn}:dead`,
      `${FunctionName}:$LATEST.PUBLISHED`,
    ];
    for (const name of names) {
      expect(await refused({ ...GOOD_REQUESTS.kinesis, FunctionName: name })).toEqual(NOT_THERE);
    }
  });

  test('looks at the request before it looks for the function [order]', async () => {
    const missing = { FunctionName: uniqueName() };
    expect(await refused(missing)).toEqual(invalid('Unrecognized event source.'));
    expect(await refused({ ...GOOD_REQUESTS.sqs, BatchSize: 100, ...missing })).not.toEqual(NOT_THERE);
  });

  test('does not find functions of another Region [other-region]', async () => {
    const elsewhere = new LambdaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const here = elsewhere.send(new CreateEventSourceMappingCommand({ FunctionName, ...GOOD_REQUESTS.sqs }));
    expect(await refusal(here)).toEqual(NOT_THERE);
    const there = elsewhere.send(
      new CreateEventSourceMappingCommand({ FunctionName: FunctionArn, ...GOOD_REQUESTS.sqs }),
    );
    expect(await refusal(there)).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
    });
  });

  test('wants a timeout of 14 minutes at most for polls that take long [function-timeout]', async () => {
    const slow = await deploy(server.lambda, { Timeout: 841 });
    const { message } = await refused({ ...GOOD_REQUESTS.msk, FunctionName: slow.FunctionName });
    expect(message).toContain('Function timeout: 841 seconds is more than the 840 seconds');
  });

  test('holds tags to the rules of tags [tags]', async () => {
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, '']));
    expect(await refused({ ...GOOD_REQUESTS.sqs, Tags })).toEqual(
      invalid('Number of tags exceeds resource tag limit.'),
    );
  });

  test.each<[string, Partial<CreateEventSourceMappingCommandInput>, string]>([
    ['BatchSize', { BatchSize: 0 }, "Value '0' at 'batchSize'"],
    ['BatchSize', { BatchSize: 10_001 }, "Value '10001' at 'batchSize'"],
    [
      'MaximumBatchingWindowInSeconds',
      { MaximumBatchingWindowInSeconds: 301 },
      'maximumBatchingWindowInSeconds',
    ],
    ['ParallelizationFactor', { ParallelizationFactor: 11 }, 'parallelizationFactor'],
    ['MaximumRecordAgeInSeconds', { MaximumRecordAgeInSeconds: 604_801 }, 'maximumRecordAgeInSeconds'],
    ['MaximumRetryAttempts', { MaximumRetryAttempts: -2 }, 'maximumRetryAttempts'],
    ['TumblingWindowInSeconds', { TumblingWindowInSeconds: 901 }, 'tumblingWindowInSeconds'],
    ['Topics', { Topics: ['a1', 'b1'] }, "at 'topics'"],
    ['MaximumConcurrency', { ScalingConfig: { MaximumConcurrency: 1 } }, 'scalingConfig.maximumConcurrency'],
    [
      'MinimumPollers',
      { ProvisionedPollerConfig: { MinimumPollers: 201 } },
      'provisionedPollerConfig.minimumPollers',
    ],
    ['StartingPosition', { StartingPosition: 'NOW' as 'LATEST' }, "at 'startingPosition'"],
    [
      'FunctionResponseTypes',
      { FunctionResponseTypes: ['All' as 'ReportBatchItemFailures'] },
      'functionResponseTypes',
    ],
    ['EventSourceArn', { EventSourceArn: 'queue' }, "at 'eventSourceArn'"],
    [
      'Pattern',
      { FilterCriteria: { Filters: [{ Pattern: 'x'.repeat(4097) }] } },
      'less than or equal to 4096',
    ],
    ['FunctionName', { FunctionName: 'no spaces' }, "at 'functionName'"],
  ])('refuses %s out of bounds before everything else [bounds]', async (_, change, text) => {
    const answer = await refused({ ...GOOD_REQUESTS.sqs, ...change });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toContain(text);
  });
});
