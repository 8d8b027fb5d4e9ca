import {
  type CreateEventSourceMappingCommandInput,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Refusal, refusal, uniqueName, updated } from '../../support/lambda-requests.ts';
import { getMapping, makeMapping, type Mapping, untilState } from '../../support/mappings.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const REPORTED = ['ReportBatchItemFailures' as const];

async function anyMapping(change: Partial<CreateEventSourceMappingCommandInput> = {}): Promise<Mapping> {
  const { FunctionName } = await deploy(server.lambda);
  const { arn: EventSourceArn } = await makeQueue(server.sqs);
  return await makeMapping(server.lambda, { FunctionName, EventSourceArn, ...change });
}

async function refused(input: Partial<UpdateEventSourceMappingCommandInput>): Promise<Refusal> {
  const UUID = '6f0a7c1e-0000-4000-8000-000000000000';
  return await refusal(server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...input })));
}

const MISSING: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('UpdateEventSourceMapping', () => {
  test('replaces what is named, and is Updating until that is in effect [answer]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const { UUID } = await makeMapping(server.lambda, { FunctionName, EventSourceArn, BatchSize: 3 });
    const change = { FunctionName: `${FunctionName}:1`, FunctionResponseTypes: REPORTED };
    const command = new UpdateEventSourceMappingCommand({ UUID, ...change });
    const { $metadata, ...answer } = await server.lambda.send(command);
    const changed = {
      UUID,
      FunctionArn: `${FunctionArn}:1`,
      BatchSize: 3,
      FunctionResponseTypes: REPORTED,
    };
    expect($metadata.httpStatusCode).toBe(202);
    expect(answer).toMatchObject({ ...changed, State: 'Updating' });
    expect(await untilState(server.lambda, UUID, 'Enabled')).toMatchObject(changed);
  });

  test('switches off and on [enabled]', async () => {
    const { UUID } = await anyMapping();
    const off = new UpdateEventSourceMappingCommand({ UUID, Enabled: false });
    expect(await server.lambda.send(off)).toMatchObject({ State: 'Disabling' });
    await untilState(server.lambda, UUID, 'Disabled');
    const on = new UpdateEventSourceMappingCommand({ UUID, Enabled: true });
    expect(await server.lambda.send(on)).toMatchObject({ State: 'Enabling' });
    await untilState(server.lambda, UUID, 'Enabled');
  });

  test('clears with empty values [clear]', async () => {
    const { UUID } = await anyMapping({
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: REPORTED,
    });
    const empty = { FilterCriteria: {}, ScalingConfig: {}, FunctionResponseTypes: [] };
    const answer = await server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...empty }));
    expect(answer).toMatchObject({ FunctionResponseTypes: [] });
    expect(answer).not.toHaveProperty('FilterCriteria');
    expect(answer).not.toHaveProperty('ScalingConfig');
  });

  test('holds the result to the rules of the source, and changes nothing when it refuses [rules]', async () => {
    const before = await anyMapping();
    const { UUID } = before;
    const message =
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10';
    expect(await refused({ UUID, BatchSize: 11 })).toMatchObject({ message });
    expect(await refused({ UUID, ParallelizationFactor: 2 })).toMatchObject({
      message: "Unsupported 'parallelizationFactor' parameter for given event source mapping type.",
    });
    expect(await refused({ UUID, FunctionName: uniqueName() })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Function does not exist',
    });
    const slow = await deploy(server.lambda, { Timeout: 40 });
    expect(await refused({ UUID, FunctionName: slow.FunctionName })).toMatchObject({
      message: 'Queue visibility timeout: 30 seconds is less than Function timeout: 40 seconds',
    });
    expect(await getMapping(server.lambda, UUID)).toEqual(before);
    // Nothing asks for a function's mappings when it is made slower; the next update does.
    const slower = { FunctionName: before.FunctionArn ?? '', Timeout: 31 };
    await server.lambda.send(new UpdateFunctionConfigurationCommand(slower));
    await updated(server.lambda, slower.FunctionName);
    expect(await refused({ UUID, BatchSize: 5 })).toMatchObject({
      message: 'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    });
  });

  test('refuses while the mapping is between two states [in-use]', async () => {
    const { UUID } = await anyMapping();
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, async (_, index) =>
        server.lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: index + 1 })),
      ),
    );
    const refusals = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as Error] : [],
    );
    for (const { name, message } of refusals) {
      expect(name).toBe('ResourceInUseException');
      expect(message).toBe('Cannot update the event source mapping because it is in use.');
    }
    await untilState(server.lambda, UUID, 'Enabled');
  });

  test('does not find what is not there, whatever is asked of it [missing]', async () => {
    expect(await refused({})).toEqual(MISSING);
    expect(await refused({ UUID: 'not-a-uuid', Enabled: false })).toEqual(MISSING);
    expect(await refused({ BatchSize: 100, FunctionName: uniqueName() })).toEqual(MISSING);
  });

  test('refuses values out of bounds before it looks [bounds]', async () => {
    expect(await refused({ BatchSize: 0, MaximumRetryAttempts: 10_001 })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^2 validation errors detected: /) as string,
      status: 400,
    });
    expect(await refused({ FunctionName: 'no spaces' })).toMatchObject({ name: 'ValidationException' });
  });
});
