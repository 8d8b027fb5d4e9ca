import {
  GetFunctionUrlConfigCommand,
  UpdateFunctionUrlConfigCommand,
  type UpdateFunctionUrlConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { createUrl } from '../../support/function-urls.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: UpdateFunctionUrlConfigCommandInput): Promise<Refusal> {
  return await refusal(server.lambda.send(new UpdateFunctionUrlConfigCommand(input)));
}

const MISSING: Refusal = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
  type: 'User',
};

describe('UpdateFunctionUrlConfig', () => {
  test('does not find the URL of a function that has none [missing]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    expect(await refused({ FunctionName })).toEqual(MISSING);
    expect(await refused({ FunctionName: FunctionArn, Qualifier: 'live' })).toEqual(MISSING);
  });

  test('replaces what is named and keeps the rest [answer, invoke-mode, cors-ends]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const Cors = { AllowOrigins: ['https://a.example'], MaxAge: 5 };
    const created = await createUrl(server.lambda, { FunctionName, Cors });
    const update = async (input: Partial<UpdateFunctionUrlConfigCommandInput>) => {
      const { $metadata: _, ...answer } = await server.lambda.send(
        new UpdateFunctionUrlConfigCommand({ FunctionName, ...input }),
      );
      return answer;
    };
    const closed = await update({ AuthType: 'AWS_IAM' });
    expect(closed).toStrictEqual({ ...created, AuthType: 'AWS_IAM', LastModifiedTime: expect.any(String) });
    expect(await update({ Cors: { AllowMethods: ['GET'] }, InvokeMode: 'RESPONSE_STREAM' })).toMatchObject({
      AuthType: 'AWS_IAM',
      Cors: { AllowMethods: ['GET'] },
      InvokeMode: 'RESPONSE_STREAM',
    });
    expect(await update({ Cors: {} })).not.toHaveProperty('Cors');
    const shown = await server.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    expect(shown).not.toHaveProperty('Cors');
  });

  test('says the same of a function that is not there [unknown-function]', async () => {
    expect(await refused({ FunctionName: uniqueName() })).toEqual(MISSING);
  });

  test.each(['$LATEST', '1'])('has no URL for version %s [qualifier]', async (version) => {
    const FunctionName = uniqueName();
    const expected = { name: 'ValidationException', status: 400 };
    expect(await refused({ FunctionName, Qualifier: version })).toMatchObject(expected);
    expect(await refused({ FunctionName: `${FunctionName}:${version}` })).toMatchObject(expected);
  });

  test('refuses values out of bounds before it looks [bounds]', async () => {
    const FunctionName = uniqueName();
    const answer = await refused({ FunctionName, Cors: { MaxAge: -1 }, AuthType: 'OPEN' as 'NONE' });
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toMatch(/^2 validation errors detected: /);
  });
});
