import { GetFunctionConfigurationCommand, ListTagsCommand, TagResourceCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, NO_CONFIG } from './code-signing-fixtures.ts';

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
  test('adds and overwrites, and changes the revision [adds] [overwrites] [revision]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda, { Tags: { a: '1', b: '2' } });
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(await tag(FunctionArn, { b: 'two', c: '' })).toBe(204);
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
    expect(Tags).toEqual({ a: '1', b: 'two', c: '' });
    const after = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
    expect(after.LastModified).toBe(before.LastModified);
  });

  test('stops at 50 tags [too-many]', async () => {
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

  test('refuses versions, aliases and no tags [qualified] [no-tags]', async () => {
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

  test('says what is not there [missing-function] [missing-mapping] [missing-capacity-provider]', async () => {
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
    const provider = 'arn:aws:lambda:us-east-1:000000000000:capacity-provider:none';
    expect(await refusal(tag(provider, { a: '1' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Capacity provider not found: ${provider}`,
    });
  });

  test('tags code signing configurations [code-signing-config] [missing-code-signing-config]', async () => {
    const { CodeSigningConfigArn: arn } = await createConfig(server.lambda, { Tags: { a: '1' } });
    expect(await tag(arn, { a: 'one', b: '2' })).toBe(204);
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource: arn }));
    expect(Tags).toEqual({ a: 'one', b: '2' });
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`key${index}`, 'v']));
    expect(await refusal(tag(arn, many))).toMatchObject({
      message: 'Number of tags exceeds resource tag limit.',
    });
    expect(await refusal(tag(NO_CONFIG, { a: '1' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${NO_CONFIG} can not be found.`,
      status: 404,
    });
  });

  test('keeps to the bounds of keys and values [key-length] [value-length] [reserved-key]', async () => {
    const { FunctionArn } = await deploy(server.lambda);
    expect(await tag(FunctionArn, { ['k'.repeat(128)]: 'v'.repeat(256), 'ü.:/=+-@ ': '' })).toBe(204);
    for (const tags of [{ ['k'.repeat(129)]: 'v' }, { '': 'v' }, { k: 'v'.repeat(257) }]) {
      const answer = await refusal(tag(FunctionArn, tags));
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
      expect(answer.message).toContain("at 'tags' failed to satisfy constraint: Map ");
    }
    for (const key of ['aws:mine', 'AWS:mine']) {
      expect(await refusal(tag(FunctionArn, { [key]: 'v' }))).toMatchObject({
        name: 'InvalidParameterValueException',
        message: 'aws: prefixed tag key names are not allowed for external use.',
      });
    }
    for (const tags of [{ 'k\0': 'v' }, { k: 'a\nb' }]) {
      expect(await refusal(tag(FunctionArn, tags))).toMatchObject({ name: 'InvalidParameterValueException' });
    }
  });

  test('refuses what is no ARN of a taggable resource [malformed] [other-region] [other-account]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    for (const resource of [FunctionName, `function:${FunctionName}`, 'arn:aws:s3:::bucket']) {
      const answer = await refusal(tag(resource, { a: '1' }));
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
      expect(answer.message).toContain(`Value '${resource}' at 'resource' failed to satisfy constraint: `);
    }
    expect(await refusal(tag(FunctionArn.replace('us-east-1', 'eu-west-1'), { a: '1' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
    expect(await refusal(tag(FunctionArn.replace('000000000000', '111111111111'), { a: '1' }))).toMatchObject(
      {
        name: 'AccessDeniedException',
        status: 403,
      },
    );
  });
});
