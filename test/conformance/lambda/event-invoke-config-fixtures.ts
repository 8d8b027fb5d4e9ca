import {
  CreateAliasCommand,
  type FunctionEventInvokeConfig,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { RECORDER } from '../../support/async-events.ts';
import { deploy } from '../../support/lambda-requests.ts';
import type { TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

export interface ConfiguredFunction {
  readonly FunctionName: string;
  readonly FunctionArn: string;
}

/** A function with version 1 and the alias `live` that points to it. */
export async function functionWithAlias(server: TestServer): Promise<ConfiguredFunction> {
  const { FunctionName, FunctionArn } = await deploy(server.lambda);
  await server.lambda.send(new PublishVersionCommand({ FunctionName }));
  await server.lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  return { FunctionName, FunctionArn };
}

/** The configuration without the answer's metadata. */
export async function put(
  server: TestServer,
  input: PutFunctionEventInvokeConfigCommandInput,
): Promise<FunctionEventInvokeConfig> {
  const { $metadata: _, ...config } = await server.lambda.send(
    new PutFunctionEventInvokeConfigCommand(input),
  );
  return config;
}

export const NO_DESTINATIONS = { OnSuccess: {}, OnFailure: {} };

/** A function that logs what it runs, as `recordedRuns` reads it. */
export async function deployRecorder(server: TestServer): Promise<ConfiguredFunction> {
  const { FunctionName, FunctionArn } = await deploy(server.lambda, {
    Code: { ZipFile: await zipOf({ 'index.js': RECORDER }) },
  });
  return { FunctionName, FunctionArn };
}
