import { CreateAliasCommand, GetAliasCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetAlias', () => {
  test('shows what was set [answer]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 2);
    const input = {
      FunctionName,
      Name: 'live',
      FunctionVersion: '2',
      Description: 'what runs',
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } },
    };
    const { $metadata: _, ...created } = await server.lambda.send(new CreateAliasCommand(input));
    for (const name of [FunctionName, FunctionArn]) {
      const { $metadata, ...found } = await server.lambda.send(
        new GetAliasCommand({ FunctionName: name, Name: 'live' }),
      );
      expect($metadata.httpStatusCode).toBe(200);
      expect(found).toEqual(created);
    }
  });

  test('says what is not there [missing] [unknown-function]', async () => {
    const { FunctionName, FunctionArn } = await deployVersions(server.lambda, 1);
    const ask = async (name: string): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new GetAliasCommand({ FunctionName: name, Name: 'live' })));
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    expect(await ask(FunctionName)).toEqual({
      ...missing,
      message: `Cannot find alias arn: ${FunctionArn}:live`,
    });
    const unknown = uniqueName();
    expect(await ask(unknown)).toEqual({
      ...missing,
      message: `Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:${unknown}:live`,
    });
  });
});
