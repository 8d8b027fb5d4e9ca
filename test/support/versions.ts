import {
  CreateAliasCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { deploy, uniqueName, updated } from './lambda-requests.ts';
import { zipOf } from './zip.ts';

/** A package whose function answers with this text. */
export async function answering(text: string): Promise<Uint8Array> {
  return await zipOf({ 'index.js': `exports.handler = async () => ${JSON.stringify(text)};` });
}

export interface PublishedFunction {
  readonly FunctionName: string;
  /** Unqualified. */
  readonly FunctionArn: string;
}

/** A function that has so many versions; version 1 answers `1`, and so on. */
export async function deployVersions(lambda: LambdaClient, count: number): Promise<PublishedFunction> {
  const { FunctionName, FunctionArn } = await deploy(lambda, {
    Code: { ZipFile: await answering('1') },
    Publish: count > 0,
    // The usual 3 s are over while a busy machine looks elsewhere.
    Timeout: 30,
  });
  for (let version = 2; version <= count; version += 1) {
    await publishCode(lambda, FunctionName, String(version));
  }
  return { FunctionName, FunctionArn };
}

/** Gives `$LATEST` code that answers with this text, and publishes it. */
export async function publishCode(
  lambda: LambdaClient,
  FunctionName: string,
  text: string,
): Promise<FunctionConfiguration> {
  await changeCode(lambda, FunctionName, text);
  return await publish(lambda, { FunctionName });
}

/** Gives `$LATEST` code that answers with this text; resolves when it is in effect. */
export async function changeCode(lambda: LambdaClient, FunctionName: string, text: string): Promise<void> {
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await answering(text) }));
  await updated(lambda, FunctionName);
}

/** Publishes `$LATEST` as it is; returns the answer without its metadata. */
export async function publish(
  lambda: LambdaClient,
  input: PublishVersionCommandInput,
): Promise<FunctionConfiguration> {
  const { $metadata: _, ...version } = await lambda.send(new PublishVersionCommand(input));
  return version;
}

export async function configurationOf(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier?: string,
): Promise<FunctionConfiguration> {
  const { $metadata: _, ...configuration } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) }),
  );
  return configuration;
}

/** @param weights share of invokes of a second version, if any */
export async function createAlias(
  lambda: LambdaClient,
  FunctionName: string,
  Name: string,
  FunctionVersion: string,
  weights?: Readonly<Record<string, number>>,
): Promise<void> {
  await lambda.send(
    new CreateAliasCommand({
      FunctionName,
      Name,
      FunctionVersion,
      ...(weights && { RoutingConfig: { AdditionalVersionWeights: { ...weights } } }),
    }),
  );
}

/** A package of so many files that the next requests come before they are all unpacked, as `meanwhile` makes sure. */
export async function slowToUnpack(answer: string | number = 1, count = 3000): Promise<Uint8Array> {
  const files = Array.from({ length: count }, (_, index) => [`data/${index}.txt`, uniqueName()] as const);
  return await zipOf({
    'index.js': `exports.handler = async () => ${JSON.stringify(answer)};`,
    ...Object.fromEntries(files),
  });
}

/**
 * What comes of requests while a function's code is being made ready. Where that was over before all were answered, it is
 * made once more: a machine may be quick, or keep who asks waiting.
 * @param begin makes what is being made ready
 * @param ask of that
 */
export async function meanwhile<Begun extends Prepared, Answers>(
  lambda: LambdaClient,
  begin: () => Promise<Begun>,
  ask: (begun: Begun) => Promise<Answers>,
): Promise<Begun & { readonly answers: Answers }> {
  for (;;) {
    const begun = await begin();
    // What fails is thrown where it failed in time.
    const asked = ask(begun);
    await Promise.allSettled([asked]);
    const { State, LastUpdateStatus } = await configurationOf(lambda, begun.FunctionName, begun.Qualifier);
    if (State === 'Pending' || LastUpdateStatus === 'InProgress') return { ...begun, answers: await asked };
  }
}

interface Prepared {
  readonly FunctionName: string;
  readonly Qualifier?: string;
}
