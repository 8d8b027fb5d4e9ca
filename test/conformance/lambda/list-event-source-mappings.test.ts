import {
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { GOOD_REQUESTS } from '../../support/mapping-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function list(input: ListEventSourceMappingsCommandInput): Promise<object> {
  const { $metadata: _, ...answer } = await server.lambda.send(new ListEventSourceMappingsCommand(input));
  return answer;
}

const NONE = { EventSourceMappings: [] };

describe('ListEventSourceMappings', () => {
  test('lists nothing where nothing is [empty]', async () => {
    expect(await list({})).toEqual(NONE);
    expect(await list({ MaxItems: 10_000 })).toEqual(NONE);
  });

  test('takes a function and a source as filters [filters]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const { EventSourceArn } = GOOD_REQUESTS.sqs;
    expect(await list({ FunctionName })).toEqual(NONE);
    expect(await list({ FunctionName: `${FunctionArn}:live`, EventSourceArn })).toEqual(NONE);
  });

  test('lists nothing for a function that is not there [unknown-function]', async () => {
    expect(await list({ FunctionName: uniqueName() })).toEqual(NONE);
  });

  test.each<[string, ListEventSourceMappingsCommandInput]>([
    ['a page of none', { MaxItems: 0 }],
    ['a page of too many', { MaxItems: 10_001 }],
    ['a source that is no ARN', { EventSourceArn: 'queue' }],
    ['a function that is no name', { FunctionName: 'no spaces' }],
  ])('refuses %s [bounds]', async (_, input) => {
    expect(await refusal(list(input))).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('refuses a marker it did not give [bad-marker]', async () => {
    expect(await refusal(list({ Marker: 'not a marker' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});
