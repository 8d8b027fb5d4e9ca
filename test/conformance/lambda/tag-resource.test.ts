import { GetFunctionConfigurationCommand, ListTagsCommand, TagResourceCommand } from '@aws-sdk/client-lambda';
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

async function tag(Resource: string, Tags: Record<string, string>): Promise<number | undefined> {
  const { $metadata } = await server.lambda.send(new TagResourceCommand({ Resource, Tags }));
  return $metadata.httpStatusCode;
}

describe('TagResource', () => {
  test('adds and overwrites, and changes the revision', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda, { Tags: { a: '1', b: '2' } });
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(await tag(FunctionArn, { b: 'two', c: '' })).toBe(204);
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ a: '1', b: 'two', c: '' });
    const after = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
    expect(after.LastModified).toBe(before.LastModified);
  });

  test('stops at 50 tags', async () => {
    const { FunctionArn } = await deploy(server.lambda, { Tags: { first: '1' } });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, 'v']));
    expect(await refusal(tag(FunctionArn, many))).toEqual({
      name: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
      status: 400,
      type: 'User',
    });
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ first: '1' });
    expect(
      await tag(FunctionArn, { ...many, key0: 'w', first: '2', key49: 'v' }).catch(() => 'refused'),
    ).toBe('refused');
    delete many['key0'];
    expect(await tag(FunctionArn, many)).toBe(204);
  });

  test('refuses versions, aliases and no tags', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    expect(await refusal(tag(`${FunctionArn}:1`, { a: '1' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    });
    expect(await refusal(tag(FunctionArn, {}))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'An error occurred and the request cannot be processed.',
    });
  });

  test('says what is not there', async () => {
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${uniqueName()}`;
    expect(await refusal(tag(arn, { a: '1' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn}`,
      status: 404,
    });
    const mapping =
      'arn:aws:lambda:us-east-1:000000000000:event-source-mapping:6f0a7c1e-0000-4000-8000-000000000000';
    expect(await refusal(tag(mapping, { a: '1' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Event source mapping not found: ${mapping}`,
    });
  });
});
