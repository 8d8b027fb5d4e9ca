import { UpdateCodeSigningConfigCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, ECHO, refusal, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { createConfig, createEnforcing, NO_CONFIG, PUBLISHER } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function update(CodeSigningConfigArn: string, change: object): Promise<unknown> {
  const command = new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn, ...change });
  return (await server.lambda.send(command)).CodeSigningConfig;
}

describe('UpdateCodeSigningConfig', () => {
  test('changes what it names and nothing else [partial] [last-modified]', async () => {
    const created = await createConfig(server.lambda, { Description: 'before' });
    const { CodeSigningConfigArn: arn, LastModified, ...kept } = created;
    const policy = { CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' } };
    const first = await update(arn, policy);
    expect(first).toMatchObject({ ...kept, ...policy });
    const publishers = { AllowedPublishers: { SigningProfileVersionArns: [`${PUBLISHER}2`] } };
    const second = await update(arn, { ...publishers, Description: 'after' });
    expect(second).toMatchObject({ ...kept, ...policy, ...publishers, Description: 'after' });
    expect(Date.parse(String((second as typeof created).LastModified))).toBeGreaterThan(
      Date.parse(String(LastModified)),
    );
  });

  test('holds for the next deployment [in-effect]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const { FunctionName } = await deploy(server.lambda, { CodeSigningConfigArn });
    const ZipFile = await zipOf({ 'index.js': `${ECHO}// changed` });
    const redeploy = async (): Promise<unknown> =>
      await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await redeploy();
    await updated(server.lambda, FunctionName);
    await update(CodeSigningConfigArn, { CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' } });
    expect(await refusal(redeploy())).toMatchObject({ name: 'CodeVerificationFailedException' });
  });

  test('says what is not there [missing]', async () => {
    expect(await refusal(update(NO_CONFIG, { Description: 'x' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${NO_CONFIG} can not be found.`,
      status: 404,
    });
  });

  test('refuses bad values [bad-values]', async () => {
    const { CodeSigningConfigArn } = await createEnforcing(server.lambda);
    for (const change of [
      { AllowedPublishers: { SigningProfileVersionArns: [] } },
      { CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'warn' } },
      { Description: 'x'.repeat(257) },
    ]) {
      expect(await refusal(update(CodeSigningConfigArn, change))).toMatchObject({
        name: 'ValidationException',
        status: 400,
      });
    }
  });
});
