import {
  GetFunctionConfigurationCommand,
  ListTagsCommand,
  UntagResourceCommand,
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

describe('UntagResource', () => {
  test('removes what it names, ignores what is not there, and changes the revision', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda, { Tags: { a: '1', b: '2', c: '3' } });
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const { $metadata } = await server.lambda.send(
      new UntagResourceCommand({ Resource: FunctionArn, TagKeys: ['a', 'c', 'nothing'] }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ b: '2' });
    const after = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
  });

  test('says what is not there', async () => {
    const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    expect(
      await refusal(server.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }))),
    ).toMatchObject({ name: 'ResourceNotFoundException', message: `Function not found: ${Resource}` });
  });
});
