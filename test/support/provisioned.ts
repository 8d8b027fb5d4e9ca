import {
  CreateAliasCommand,
  type CreateFunctionCommandInput,
  GetProvisionedConcurrencyConfigCommand,
  type GetProvisionedConcurrencyConfigCommandOutput,
  type LambdaClient,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { eventually } from './functions.ts';
import { deploy } from './lambda-requests.ts';

/** A function with one published version and an alias `live` of it. */
export async function deployVersion(
  lambda: LambdaClient,
  change: Partial<CreateFunctionCommandInput> = {},
): Promise<{ FunctionName: string; FunctionArn: string }> {
  const { FunctionName, FunctionArn } = await deploy(lambda, change);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  return { FunctionName, FunctionArn };
}

/** Provisions and waits until that has succeeded or failed. */
export async function provision(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier: string,
  ProvisionedConcurrentExecutions: number,
): Promise<GetProvisionedConcurrencyConfigCommandOutput> {
  await lambda.send(
    new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }),
  );
  return await untilProvisioned(lambda, FunctionName, Qualifier);
}

export async function untilProvisioned(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<GetProvisionedConcurrencyConfigCommandOutput> {
  return await eventually(
    async () => await lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })),
    ({ Status }) => Status !== 'IN_PROGRESS',
    60_000,
  );
}
