import { ListTagsCommand } from '@aws-sdk/client-lambda';
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

describe('ListTags', () => {
  test('lists the tags, or none', async () => {
    const tagged = await deploy(server.lambda, { Tags: { team: 'blue', stage: '' } });
    const plain = await deploy(server.lambda);
    const list = async (Resource: string): Promise<unknown> =>
      (await server.lambda.send(new ListTagsCommand({ Resource }))).Tags;
    expect(await list(tagged.FunctionArn)).toEqual({ team: 'blue', stage: '' });
    expect(await list(plain.FunctionArn)).toEqual({});
  });

  test('says what is not there', async () => {
    const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    expect(await refusal(server.lambda.send(new ListTagsCommand({ Resource })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${Resource}`,
      status: 404,
      type: 'User',
    });
  });
});
