import { randomUUID } from 'node:crypto';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const ANYONE: Keys = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What a client of any service needs to talk to a test's server. */
export function settingsFor(endpoint: string, credentials: Keys) {
  return { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
}

export function iamOf(endpoint: string, credentials: Keys = ANYONE): IAMClient {
  return new IAMClient(settingsFor(endpoint, credentials));
}

export function stsOf(endpoint: string, credentials: Keys = ANYONE): STSClient {
  return new STSClient(settingsFor(endpoint, credentials));
}

/** A policy's text with one statement. */
export function policyText(
  Action: string | readonly string[],
  Resource: string | readonly string[] = '*',
  more: object = {},
): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
  });
}

/** The text of a trust policy. */
export function trustText(Principal: unknown, more: object = {}): string {
  const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

export const TRUSTS_LAMBDA = trustText({ Service: 'lambda.amazonaws.com' });

/** Makes a role; returns its ARN. */
export async function makeRole(
  iam: IAMClient,
  RoleName: string,
  AssumeRolePolicyDocument = TRUSTS_LAMBDA,
): Promise<string> {
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  return Role?.Arn ?? '';
}

/** A new user with one policy of its own. */
export async function userWith(
  iam: IAMClient,
  PolicyDocument: string | undefined,
): Promise<{ name: string; keys: Keys }> {
  const UserName = `user-${randomUUID().slice(0, 8)}`;
  await iam.send(new CreateUserCommand({ UserName }));
  if (PolicyDocument !== undefined)
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  return { name: UserName, keys: { accessKeyId, secretAccessKey } };
}

/** A policy that allows everything but what these statements deny. */
export function allBut(...denied: readonly object[]): string {
  const all = { Effect: 'Allow', Action: '*', Resource: '*' };
  const Statement = [all, ...denied.map((each) => ({ ...all, Effect: 'Deny', ...each }))];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
