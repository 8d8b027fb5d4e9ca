import {
  CreateCodeSigningConfigCommand,
  type CreateCodeSigningConfigCommandInput,
  type CodeSigningConfig,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../support/zip.ts';

/** A signing profile version. Nothing here or on AWS looks it up when a configuration is made. */
export const PUBLISHER = 'arn:aws:signer:us-east-1:000000000000:/signing-profiles/conformance/AbCdEf0123';

/** An ARN in the right form that leads nowhere. */
export const NO_CONFIG = 'arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdefg';

export type CreatedConfig = CodeSigningConfig & { CodeSigningConfigArn: string };

export async function createConfig(
  lambda: LambdaClient,
  change: Partial<CreateCodeSigningConfigCommandInput> = {},
): Promise<CreatedConfig> {
  const { CodeSigningConfig: created } = await lambda.send(
    new CreateCodeSigningConfigCommand({
      AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER] },
      ...change,
    }),
  );
  if (created?.CodeSigningConfigArn === undefined) throw new Error('CreateCodeSigningConfig named nothing.');
  return { ...created, CodeSigningConfigArn: created.CodeSigningConfigArn };
}

export async function createEnforcing(lambda: LambdaClient): Promise<CreatedConfig> {
  return await createConfig(lambda, { CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' } });
}

/** A package that AWS Signer might have made, were it not for the content of its signature. */
export async function signedZip(source: string): Promise<Uint8Array> {
  return await zipOf({ 'index.js': source, 'META_INF/aws_signer_signature_v1.0.SF': 'altered' });
}
