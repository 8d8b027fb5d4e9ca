import {
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { getMapping, makeMapping, type Mapping } from '../../support/mappings.ts';
import { GOOD_REQUESTS } from '../../support/mapping-requests.ts';
import { makeQueue } from '../../support/queues.ts';
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

async function mapping(FunctionName: string): Promise<Mapping> {
  const { arn: EventSourceArn } = await makeQueue(server.sqs);
  return await makeMapping(server.lambda, { FunctionName, EventSourceArn });
}

async function uuids(input: ListEventSourceMappingsCommandInput): Promise<(string | undefined)[]> {
  const { EventSourceMappings = [] } = await server.lambda.send(new ListEventSourceMappingsCommand(input));
  return EventSourceMappings.map(({ UUID }) => UUID);
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
    const one = await mapping(FunctionName);
    const other = await mapping(FunctionName);
    expect(await uuids({ FunctionName })).toEqual([one.UUID, other.UUID].toSorted());
    expect(await uuids({ FunctionName: FunctionArn, EventSourceArn: one.EventSourceArn })).toEqual([
      one.UUID,
    ]);
    expect(await uuids({ EventSourceArn: other.EventSourceArn })).toEqual([other.UUID]);
    expect(await list({ FunctionName: `${FunctionArn}:live` })).toEqual(NONE);
  });

  test('shows mappings as GetEventSourceMapping does [all]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const { UUID } = await mapping(FunctionName);
    const shown = await getMapping(server.lambda, UUID);
    expect(await list({ FunctionName })).toEqual({ EventSourceMappings: [shown] });
  });

  test('lists in pages [pages]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const made = [await mapping(FunctionName), await mapping(FunctionName), await mapping(FunctionName)];
    const command = (Marker?: string) =>
      new ListEventSourceMappingsCommand({ FunctionName, MaxItems: 2, Marker });
    const first = await server.lambda.send(command());
    const second = await server.lambda.send(command(first.NextMarker));
    expect(second.NextMarker).toBeUndefined();
    const pages = [first, second].map(({ EventSourceMappings = [] }) => EventSourceMappings);
    expect(pages.map(({ length }) => length)).toEqual([2, 1]);
    expect(pages.flat().map(({ UUID }) => UUID)).toEqual(made.map(({ UUID }) => UUID).toSorted());
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
