import {
  CreateAliasCommand,
  type CreateAliasCommandInput,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName, updated, UUID } from '../../support/lambda-requests.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { configurationOf, deployVersions, publish } from '../../support/versions.ts';

let server: TestServer;
/** Has versions 1 and 2. */
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 2));
});

afterAll(async () => {
  await server.stop();
});

type Asked = Partial<Record<keyof CreateAliasCommandInput, unknown>>;

function command(asked: Asked): CreateAliasCommand {
  const input = { FunctionName, Name: uniqueName('alias'), FunctionVersion: '1', ...asked };
  return new CreateAliasCommand(input as CreateAliasCommandInput);
}

async function created(asked: Asked = {}): Promise<object> {
  const { $metadata, ...alias } = await server.lambda.send(command(asked));
  expect($metadata.httpStatusCode).toBe(201);
  return alias;
}

async function refused(asked: Asked): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(command(asked)));
}

const weights = (AdditionalVersionWeights: object): Asked => ({
  RoutingConfig: { AdditionalVersionWeights },
});
const INVALID = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
const MISSING = { name: 'ResourceNotFoundException', status: 404, type: 'User' };

describe('CreateAlias', () => {
  test('answers with the alias [answer] [default-description]', async () => {
    expect(await created({ Name: 'live', Description: 'what runs' })).toEqual({
      AliasArn: `${FunctionArn}:live`,
      Name: 'live',
      FunctionVersion: '1',
      Description: 'what runs',
      RevisionId: expect.stringMatching(UUID),
    });
    expect(await created()).toMatchObject({ Description: '' });
  });

  test('points to $LATEST as well [latest]', async () => {
    expect(await created({ FunctionVersion: '$LATEST' })).toMatchObject({ FunctionVersion: '$LATEST' });
  });

  test('gives routing back as it was set [routing] [zero-weight]', async () => {
    for (const weight of [0.25, 0, 1, 0.123456789]) {
      expect(await created(weights({ 2: weight }))).toMatchObject(weights({ 2: weight }));
    }
  });

  test('takes empty routing for none [empty-routing]', async () => {
    expect(await created(weights({}))).not.toHaveProperty('RoutingConfig');
    expect(await created({ RoutingConfig: {} })).not.toHaveProperty('RoutingConfig');
  });

  test('leaves the revision of the function alone [function-revision]', async () => {
    const before = await configurationOf(server.lambda, FunctionName);
    await created();
    expect(await configurationOf(server.lambda, FunctionName)).toEqual(before);
  });

  test('refuses a name that is taken [duplicate]', async () => {
    await created({ Name: 'taken' });
    expect(await refused({ Name: 'taken', FunctionVersion: '2' })).toEqual({
      name: 'ResourceConflictException',
      message: `Alias already exists: ${FunctionArn}:taken`,
      status: 409,
      type: 'User',
    });
  });

  test('creates one alias when many ask for the same name at once [concurrent]', async () => {
    const Name = uniqueName('alias');
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, async () => await server.lambda.send(command({ Name }))),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  test('refuses versions that are not there [missing-version] [missing-second-version]', async () => {
    expect(await refused({ FunctionVersion: '10' })).toEqual({
      ...MISSING,
      message: `Function not found: ${FunctionArn}:10`,
    });
    expect(await refused(weights({ 10: 0.5 }))).toEqual({
      ...MISSING,
      message: `Function not found: ${FunctionArn}:10`,
    });
  });

  test('splits traffic between two versions at most [two-weights] [same-version]', async () => {
    expect(await refused(weights({ 1: 0.1, 2: 0.1 }))).toEqual({
      ...INVALID,
      message: 'Number of items in AdditionalVersionWeights cannot be greater than 1',
    });
    expect(await refused(weights({ 1: 0.1 }))).toEqual({
      ...INVALID,
      message: 'Invalid function version 1. Function version 1 is already included in routing configuration.',
    });
  });

  test('splits no traffic with $LATEST [latest-with-weights] [weight-of-latest]', async () => {
    expect(await refused({ FunctionVersion: '$LATEST', ...weights({ 1: 0.1 }) })).toEqual({
      ...INVALID,
      message: '$LATEST is not supported for an alias pointing to more than 1 version',
      type: undefined,
    });
    expect(await refused(weights({ $LATEST: 0.1 }))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '{$LATEST=0.1}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]",
      status: 400,
    });
  });

  test.each([2, -0.5])('refuses the weight %f [weight-bounds]', async (weight) => {
    expect(await refused(weights({ 2: weight }))).toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '{2=${weight.toFixed(1)}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
      status: 400,
    });
  });

  test('refuses versions with different roles [other-role]', async () => {
    const { FunctionName: name } = await deploy(server.lambda, { Publish: true });
    const Role = 'arn:aws:iam::000000000000:role/another';
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Role }));
    await updated(server.lambda, name);
    await publish(server.lambda, { FunctionName: name });
    expect(await refused({ FunctionName: name, ...weights({ 2: 0.1 }) })).toMatchObject(INVALID);
    expect(await created({ FunctionName: name, FunctionVersion: '2' })).toMatchObject({
      FunctionVersion: '2',
    });
  });

  test('refuses versions with different dead-letter targets [other-dead-letter]', async () => {
    const { FunctionName: name } = await deploy(server.lambda, { Publish: true });
    const DeadLetterConfig = { TargetArn: (await makeQueue(server.sqs)).arn };
    const change = new UpdateFunctionConfigurationCommand({ FunctionName: name, DeadLetterConfig });
    await server.lambda.send(change);
    await updated(server.lambda, name);
    await publish(server.lambda, { FunctionName: name });
    expect(await refused({ FunctionName: name, ...weights({ 2: 0.1 }) })).toMatchObject({
      ...INVALID,
      message: expect.stringContaining('different dead-letter configurations'),
    });
  });

  test.each([
    ['12', 'Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)'],
    ['a.b', 'Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)'],
    ['x'.repeat(129), 'Member must have length less than or equal to 128'],
  ])('refuses the name %s [invalid-name]', async (Name, constraint) => {
    expect(await refused({ Name })).toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: ${constraint}`,
      status: 400,
    });
  });

  test('points to no other alias [invalid-version]', async () => {
    await created({ Name: 'target' });
    expect(await refused({ FunctionVersion: 'target' })).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'target' at 'functionVersion' failed to satisfy constraint: Member must satisfy regular expression pattern: (\\$LATEST(\\.PUBLISHED)?|[0-9]+)",
      status: 400,
    });
  });

  test('wants a name and a version [missing-members]', async () => {
    expect(await refused({ Name: undefined, FunctionVersion: undefined })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(
        "Value null at 'functionVersion' failed to satisfy constraint: Member must not be null",
      ),
      status: 400,
    });
  });

  test('is for functions [qualified] [unknown-function]', async () => {
    expect(await refused({ FunctionName: `${FunctionName}:1` })).toMatchObject(INVALID);
    const missing = uniqueName();
    expect(await refused({ FunctionName: missing })).toEqual({
      ...MISSING,
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${missing}:1`,
    });
  });
});
