import {
  GetFunctionConfigurationCommand,
  ListTagsCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('UntagResource', () => {
  test('removes what it names, ignores what is not there, and changes the revision [removes] [unknown-keys] [revision]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda, { Tags: { a: '1', b: '2', c: '3' } });
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const { $metadata } = await server.lambda.send(
      new UntagResourceCommand({ Resource: FunctionArn, TagKeys: ['a', 'c', 'nothing', 'no\0thing'] }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ b: '2' });
    const after = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
  });

  test('says what is not there [missing-function]', async () => {
    const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    expect(
      await refusal(server.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }))),
    ).toMatchObject({ name: 'ResourceNotFoundException', message: `Function not found: ${Resource}` });
  });

  test('untags code signing configurations [code-signing-config]', async () => {
    const { CodeSigningConfigArn: Resource } = await createConfig(server.lambda, {
      Tags: { a: '1', b: '2' },
    });
    await server.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['b'] }));
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource }));
    expect(Tags).toEqual({ a: '1' });
  });

  test('wants keys, and a function as a whole [no-keys] [qualified]', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    const untag = async (Resource: string, TagKeys: string[] | undefined): ReturnType<typeof refusal> =>
      await refusal(server.lambda.send(new UntagResourceCommand({ Resource, TagKeys })));
    expect(await untag(FunctionArn, undefined)).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    });
    expect(await untag(`${FunctionArn}:1`, ['a'])).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    });
  });

  test('says what else is not there [missing-mapping] [missing-capacity-provider]', async () => {
    const prefix = 'arn:aws:lambda:us-east-1:000000000000';
    for (const [Resource, kind] of [
      [`${prefix}:event-source-mapping:6f0a7c1e-0000-4000-8000-000000000000`, 'Event source mapping'],
      [`${prefix}:capacity-provider:none`, 'Capacity provider'],
    ] as const) {
      const untag = new UntagResourceCommand({ Resource, TagKeys: ['a'] });
      expect(await refusal(server.lambda.send(untag))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: `${kind} not found: ${Resource}`,
        status: 404,
      });
    }
  });
});
