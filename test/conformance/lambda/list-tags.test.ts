import { ListTagsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { NO_CONFIG } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('ListTags', () => {
  test('lists the tags, or none [lists] [none]', async () => {
    const tagged = await deploy(server.lambda, { Tags: { team: 'blue', stage: '' } });
    const plain = await deploy(server.lambda);
    const list = async (Resource: string): Promise<unknown> =>
      (await server.lambda.send(new ListTagsCommand({ Resource }))).Tags;
    expect(await list(tagged.FunctionArn)).toEqual({ team: 'blue', stage: '' });
    expect(await list(plain.FunctionArn)).toEqual({});
  });

  test('says what is not there [missing-function]', async () => {
    const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    expect(await refusal(server.lambda.send(new ListTagsCommand({ Resource })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${Resource}`,
      status: 404,
      type: 'User',
    });
  });

  test('says what else is not there [missing-mapping] [missing-capacity-provider] [missing-code-signing-config]', async () => {
    const mapping =
      'arn:aws:lambda:us-east-1:000000000000:event-source-mapping:6f0a7c1e-0000-4000-8000-000000000000';
    const provider = 'arn:aws:lambda:us-east-1:000000000000:capacity-provider:none';
    for (const [Resource, message] of [
      [mapping, `Event source mapping not found: ${mapping}`],
      [provider, `Capacity provider not found: ${provider}`],
      [NO_CONFIG, `The Lambda code signing configuration ${NO_CONFIG} can not be found.`],
    ] as const) {
      const answer = await refusal(server.lambda.send(new ListTagsCommand({ Resource })));
      expect(answer).toMatchObject({ name: 'ResourceNotFoundException', message, status: 404 });
    }
  });

  test('concerns functions, not versions [qualified]', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    const list = server.lambda.send(new ListTagsCommand({ Resource: `${FunctionArn}:$LATEST` }));
    expect(await refusal(list)).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    });
  });
});
