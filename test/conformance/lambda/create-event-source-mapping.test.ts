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
import { startServer, type TestServer } from '../../support/server.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 1));
  await createAlias(server.lambda, FunctionName, 'live', '1');
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: Partial<CreateEventSourceMappingCommandInput>): Promise<Refusal> {
  return await refusal(server.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, ...input })));
}

function invalid(message: string): Refusal {
  return { name: 'InvalidParameterValueException', message, status: 400, type: 'User' };
}

const NOT_THERE = invalid('Function does not exist');

describe('CreateEventSourceMapping', () => {
  test.each(SOURCE_KINDS)(
    'refuses a good request for %s by name while nothing polls it [not-implemented]',
    async (kind) => {
      const answer = await refused(GOOD_REQUESTS[kind]);
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
      expect(answer.message).toMatch(
        /^CreateEventSourceMapping: .+ as an event source is not implemented by Lambent yet\.$/,
      );
    },
  );

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

  test('names every form of a function [function-forms]', async () => {
    const partial = `000000000000:function:${FunctionName}`;
    const forms = [
      FunctionArn,
      partial,
      `${FunctionArn}:1`,
      `${FunctionName}:live`,
      `${FunctionName}:$LATEST`,
    ];
    for (const form of forms) {
      const { message } = await refused({ ...GOOD_REQUESTS.sqs, FunctionName: form });
      expect(message).toContain('not implemented');
    }
  });

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
    const { message: queue } = await refused({ ...GOOD_REQUESTS.sqs, FunctionName: slow.FunctionName });
    expect(queue).toContain('not implemented');
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
