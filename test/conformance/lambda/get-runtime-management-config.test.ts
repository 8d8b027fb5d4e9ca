import {
  CreateAliasCommand,
  GetRuntimeManagementConfigCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function get(FunctionName: string, Qualifier?: string): Promise<object> {
  const command = new GetRuntimeManagementConfigCommand({ FunctionName, Qualifier });
  const { $metadata: _, ...answer } = await server.lambda.send(command);
  return answer;
}

describe('GetRuntimeManagementConfig', () => {
  test('shows Auto, under the ARN that was asked for [auto] [function-arn]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await get(FunctionName)).toEqual({ UpdateRuntimeOn: 'Auto', FunctionArn });
    for (const qualifier of ['$LATEST', '1']) {
      const expected = { UpdateRuntimeOn: 'Auto', FunctionArn: `${FunctionArn}:${qualifier}` };
      expect(await get(FunctionName, qualifier)).toEqual(expected);
      expect(await get(`${FunctionName}:${qualifier}`)).toEqual(expected);
    }
  });

  test('says what is not there [missing] [alias]', async () => {
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    const name = uniqueName();
    expect(await refusal(get(name))).toEqual({
      ...missing,
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    });
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await server.lambda.send(
      new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '$LATEST' }),
    );
    for (const qualifier of ['7', 'live', 'none']) {
      expect(await refusal(get(FunctionName, qualifier))).toEqual({
        ...missing,
        message: `Function not found: ${FunctionArn}:${qualifier}`,
      });
    }
  });

  test('refuses two qualifiers that disagree [qualifiers-disagree]', async () => {
    expect(await refusal(get(`${uniqueName()}:1`, '2'))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });
});
