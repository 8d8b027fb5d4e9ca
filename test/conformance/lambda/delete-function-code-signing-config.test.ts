import {
  DeleteFunctionCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, ECHO, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { createEnforcing } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function remove(FunctionName: string): Promise<number | undefined> {
  const command = new DeleteFunctionCodeSigningConfigCommand({ FunctionName });
  return (await server.lambda.send(command)).$metadata.httpStatusCode;
}

describe('DeleteFunctionCodeSigningConfig', () => {
  test('detaches, after which code is deployed freely [detached]', async () => {
    const { CodeSigningConfigArn } = await createEnforcing(server.lambda);
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn }));
    expect(await remove(FunctionName)).toBe(204);
    const { $metadata: _, ...now } = await server.lambda.send(
      new GetFunctionCodeSigningConfigCommand({ FunctionName }),
    );
    expect(now).toEqual({});
    const ZipFile = await zipOf({ 'index.js': `${ECHO}// changed` });
    const answer = await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    expect(answer.LastUpdateStatus).toBe('InProgress');
  });

  test('succeeds when there is none [none]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    expect(await remove(FunctionName)).toBe(204);
  });

  test('says what is not there [missing-function]', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(remove(FunctionName))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      status: 404,
    });
  });
});
