import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('DeleteFunction', () => {
  test('answers 204, and the function is gone', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const { $metadata } = await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(204);
    const missing = { name: 'ResourceNotFoundException', status: 404 };
    expect(await refusal(server.lambda.send(new GetFunctionCommand({ FunctionName })))).toMatchObject(
      missing,
    );
    expect(await refusal(server.lambda.send(new InvokeCommand({ FunctionName })))).toMatchObject(missing);
    expect(await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName })))).toEqual({
      ...missing,
      message: `Function not found: ${FunctionArn}`,
      type: 'User',
    });
  });

  test('leaves nothing to a function of the same name', async () => {
    const input = await creation({ Tags: { team: 'blue' } });
    const { FunctionName, FunctionArn } = await deploy(server.lambda, input);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await server.lambda.send(new CreateFunctionCommand({ ...input, Tags: {} }));
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({});
  });

  test('keeps $LATEST and knows no aliases; a version that is not there is soon deleted', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const remove = async (Qualifier: string): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier })));
    const invalid = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
    expect(await remove('$LATEST')).toEqual({
      ...invalid,
      message: '$LATEST version cannot be deleted without deleting the function.',
    });
    expect(await remove('prod')).toEqual({
      ...invalid,
      message: 'Deletion of aliases is not currently supported.',
    });
    const { $metadata } = await server.lambda.send(
      new DeleteFunctionCommand({ FunctionName, Qualifier: '7' }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    await server.lambda.send(new GetFunctionCommand({ FunctionName }));
  });

  test('says what is not there', async () => {
    const FunctionName = uniqueName();
    expect(await refusal(server.lambda.send(new DeleteFunctionCommand({ FunctionName })))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });
});
