import {
  CreateAliasCommand,
  GetAliasCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName, UUID } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployVersions } from '../../support/versions.ts';

let server: TestServer;
/** Has versions 1, 2 and 3. */
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 3));
});

afterAll(async () => {
  await server.stop();
});

type Change = Omit<UpdateAliasCommandInput, 'FunctionName' | 'Name'>;

const weights = (AdditionalVersionWeights: Record<string, number>): Change => ({
  RoutingConfig: { AdditionalVersionWeights },
});

/** An alias of its own: version 1, a tenth to version 2. */
async function aliased(): Promise<{ Name: string; RevisionId: string }> {
  const Name = uniqueName('alias');
  const { RevisionId = '' } = await server.lambda.send(
    new CreateAliasCommand({
      FunctionName,
      Name,
      FunctionVersion: '1',
      Description: 'what runs',
      ...weights({ 2: 0.1 }),
    }),
  );
  return { Name, RevisionId };
}

async function update(Name: string, change: Change): Promise<object> {
  const { $metadata, ...updated } = await server.lambda.send(
    new UpdateAliasCommand({ FunctionName, Name, ...change }),
  );
  expect($metadata.httpStatusCode).toBe(200);
  const { $metadata: _, ...found } = await server.lambda.send(new GetAliasCommand({ FunctionName, Name }));
  expect(found).toEqual(updated);
  return updated;
}

async function refused(Name: string, change: Change): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new UpdateAliasCommand({ FunctionName, Name, ...change })));
}

const INVALID = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
const MISSING = { name: 'ResourceNotFoundException', status: 404, type: 'User' };

describe('UpdateAlias', () => {
  test('changes what the request names and nothing else [partial] [description] [new-revision]', async () => {
    const { Name, RevisionId } = await aliased();
    const updated = await update(Name, { Description: 'changed' });
    expect(updated).toEqual({
      AliasArn: `${FunctionArn}:${Name}`,
      Name,
      FunctionVersion: '1',
      Description: 'changed',
      ...weights({ 2: 0.1 }),
      RevisionId: expect.stringMatching(UUID),
    });
    expect(updated).not.toMatchObject({ RevisionId });
    expect(await update(Name, { Description: '' })).toMatchObject({ Description: '' });
  });

  test('moves the alias and keeps the weights [version] [partial]', async () => {
    const { Name } = await aliased();
    expect(await update(Name, { FunctionVersion: '3' })).toMatchObject({
      FunctionVersion: '3',
      ...weights({ 2: 0.1 }),
    });
  });

  test('replaces the weights, and ends them [routing] [clear-routing]', async () => {
    const { Name } = await aliased();
    expect(await update(Name, weights({ 3: 0.5 }))).toMatchObject(weights({ 3: 0.5 }));
    expect(await update(Name, { FunctionVersion: '2', ...weights({ 1: 0 }) })).toMatchObject({
      FunctionVersion: '2',
      ...weights({ 1: 0 }),
    });
    expect(await update(Name, weights({}))).not.toHaveProperty('RoutingConfig');
    expect(await update(Name, { FunctionVersion: '$LATEST' })).toMatchObject({ FunctionVersion: '$LATEST' });
  });

  test('wants the newest revision when it is told one [revision] [stale-revision]', async () => {
    const { Name, RevisionId } = await aliased();
    await update(Name, { RevisionId, Description: 'newer' });
    expect(await refused(Name, { RevisionId, Description: 'stale' })).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
  });

  test('accepts one of many updates with the same revision [concurrent]', async () => {
    const { Name, RevisionId } = await aliased();
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, async (_, index) => {
        const Description = `number ${index}`;
        return await server.lambda.send(
          new UpdateAliasCommand({ FunctionName, Name, Description, RevisionId }),
        );
      }),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  test('says what is not there [missing] [missing-version] [unknown-function]', async () => {
    expect(await refused('nobody', {})).toEqual({
      ...MISSING,
      message: `Alias not found: ${FunctionArn}:nobody`,
    });
    const { Name } = await aliased();
    for (const change of [{ FunctionVersion: '10' }, weights({ 10: 0.1 })]) {
      expect(await refused(Name, change)).toEqual({
        ...MISSING,
        message: `Function not found: ${FunctionArn}:10`,
      });
    }
    const input = { FunctionName: uniqueName(), Name };
    expect(await refusal(server.lambda.send(new UpdateAliasCommand(input)))).toMatchObject(MISSING);
  });

  test('splits traffic between two versions at most [two-weights] [same-version] [moves-onto-weight]', async () => {
    const { Name } = await aliased();
    expect(await refused(Name, weights({ 2: 0.1, 3: 0.1 }))).toEqual({
      ...INVALID,
      message: 'Number of items in AdditionalVersionWeights cannot be greater than 1',
    });
    expect(await refused(Name, weights({ 1: 0.1 }))).toEqual({
      ...INVALID,
      message: 'Invalid function version 1. Function version 1 is already included in routing configuration.',
    });
    expect(await refused(Name, { FunctionVersion: '2' })).toEqual({
      ...INVALID,
      message: 'Invalid function version 2. Function version 2 is already included in routing configuration.',
    });
  });

  test('splits no traffic with $LATEST, and none beyond 1 [latest-with-weights] [weight-bounds]', async () => {
    const { Name } = await aliased();
    expect(await refused(Name, { FunctionVersion: '$LATEST' })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: '$LATEST is not supported for an alias pointing to more than 1 version',
    });
    expect(await refused(Name, weights({ 2: 1.5 }))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value '{2=1.5}' at 'routingConfig.additionalVersionWeights'"),
    });
  });

  test('leads where an alias with provisioned concurrency may lead [provisioned-latest] [provisioned-version]', async () => {
    const one = { ProvisionedConcurrentExecutions: 1 };
    const Name = uniqueName('alias');
    await server.lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: '1' }));
    for (const Qualifier of [Name, '3']) {
      await server.lambda.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ...one }),
      );
    }
    expect(await refused(Name, { FunctionVersion: '$LATEST' })).toEqual({
      ...INVALID,
      message: 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    });
    for (const change of [{ FunctionVersion: '3' }, weights({ 3: 0.5 })]) {
      expect(await refused(Name, change)).toEqual({
        name: 'ResourceConflictException',
        message:
          "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
        status: 409,
        type: 'User',
      });
    }
    expect(await update(Name, { FunctionVersion: '2', ...weights({ 1: 0.5 }) })).toMatchObject({
      FunctionVersion: '2',
    });
  });
});
