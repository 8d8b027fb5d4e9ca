import {
  CreateCodeSigningConfigCommand,
  type CreateCodeSigningConfigCommandInput,
  GetCodeSigningConfigCommand,
  ListCodeSigningConfigsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, PUBLISHER } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(change: object): ReturnType<typeof refusal> {
  const input = { AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER] }, ...change };
  return await refusal(
    server.lambda.send(new CreateCodeSigningConfigCommand(input as CreateCodeSigningConfigCommandInput)),
  );
}

const publishers = (...arns: string[]): object => ({
  AllowedPublishers: { SigningProfileVersionArns: arns },
});

describe('CreateCodeSigningConfig', () => {
  test('makes a configuration that only warns [created] [warn-by-default] [no-description]', async () => {
    const { $metadata, CodeSigningConfig: created } = await server.lambda.send(
      new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER] } }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect(created).toEqual({
      CodeSigningConfigId: expect.stringMatching(/^csc-[a-z0-9]{17}$/),
      CodeSigningConfigArn: `arn:aws:lambda:us-east-1:000000000000:code-signing-config:${created?.CodeSigningConfigId}`,
      AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
    });
  });

  test('keeps what it is given [set-values]', async () => {
    const given = {
      Description: 'only ours',
      AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER, `${PUBLISHER}x`] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' as const },
    };
    const created = await createConfig(server.lambda, given);
    expect(created).toMatchObject(given);
    const { CodeSigningConfigArn } = created;
    const found = await server.lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }));
    expect(found.CodeSigningConfig).toEqual(created);
  });

  test('tags the new configuration [tags]', async () => {
    const created = await createConfig(server.lambda, { Tags: { team: 'blue' } });
    const { Tags } = await server.lambda.send(
      new ListTagsCommand({ Resource: created.CodeSigningConfigArn }),
    );
    expect(Tags).toEqual({ team: 'blue' });
  });

  test('refuses tags that may not be, and makes nothing [tag-rules]', async () => {
    const count = async (): Promise<number | undefined> =>
      (await server.lambda.send(new ListCodeSigningConfigsCommand({}))).CodeSigningConfigs?.length;
    const before = await count();
    expect(await refused({ Tags: { 'aws:mine': 'x' } })).toMatchObject({
      name: 'InvalidParameterValueException',
    });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'v']));
    expect(await refused({ Tags: many })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
    expect(await count()).toBe(before);
  });

  test('wants one to twenty publishers [no-publishers]', async () => {
    const invalid = { name: 'ValidationException', status: 400, type: undefined };
    expect(await refused({ AllowedPublishers: undefined })).toMatchObject({
      ...invalid,
      message:
        "1 validation error detected: Value null at 'allowedPublishers' failed to satisfy constraint: Member must not be null",
    });
    expect(await refused(publishers())).toMatchObject(invalid);
    const many = Array.from({ length: 21 }, (_, index) => `${PUBLISHER}${index}`);
    expect(await refused(publishers(...many))).toMatchObject(invalid);
    await createConfig(server.lambda, publishers(...many.slice(1)));
  });

  test('refuses publishers and policies that are none [bad-publisher] [bad-policy]', async () => {
    expect(await refused(publishers('my-profile'))).toMatchObject({ name: 'ValidationException' });
    const policy = await refused({ CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Ignore' } });
    expect(policy.name).toBe('ValidationException');
    expect(policy.message).toContain("Value 'Ignore' at 'codeSigningPolicies.untrustedArtifactOnDeployment'");
  });
});
