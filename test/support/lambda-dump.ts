import { createHash } from 'node:crypto';
import {
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionScalingConfigCommand,
  GetFunctionUrlConfigCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  GetResourcePolicyCommand,
  GetRuntimeManagementConfigCommand,
  type LambdaClient,
  LambdaServiceException,
  ListAliasesCommand,
  ListCapacityProvidersCommand,
  ListCodeSigningConfigsCommand,
  ListDurableExecutionsByFunctionCommand,
  ListEventSourceMappingsCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';

/** What every reading operation says of one account in one Region: `Operation {input}` -> answer or refusal. */
export type LambdaDump = ReadonlyMap<string, unknown>;

/** Reads everything there is. Lists lead to the resources; each fits on one page. */
export async function dumpLambda(lambda: LambdaClient): Promise<LambdaDump> {
  const dump = new Map<string, unknown>();
  const read = reader(lambda, dump);
  await read(new GetAccountSettingsCommand({}));
  await read(new ListEventSourceMappingsCommand({}));
  await read(new ListCapacityProvidersCommand({}));
  await read(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));
  const { Functions = [] } = await read(new ListFunctionsCommand({}));
  for (const { FunctionName, FunctionArn } of Functions) {
    if (FunctionName !== undefined && FunctionArn !== undefined)
      await dumpFunction(read, FunctionName, FunctionArn);
  }
  const { Layers = [] } = await read(new ListLayersCommand({}));
  for (const { LayerName } of Layers) if (LayerName !== undefined) await dumpLayer(read, LayerName);
  await dumpCodeSigning(read);
  return dump;
}

/** The name of the operation that made an entry. */
export function operationOf(entry: string): string {
  return entry.slice(0, entry.indexOf(' '));
}

/** The SDK's overloads each take one kind of command; this takes them all. */
type Send = (command: object) => Promise<{ readonly $metadata: unknown } & Record<string, unknown>>;
type Read = <Output extends object>(command: ReadCommand<Output>) => Promise<Partial<Output>>;

/** What the SDK's commands have in common, as far as it tells their output. */
interface ReadCommand<Output> {
  readonly input: object;
  resolveMiddleware(...arguments_: never[]): (...arguments_: never[]) => Promise<{ output: Output }>;
}

function reader(lambda: LambdaClient, dump: Map<string, unknown>): Read {
  const send = lambda.send.bind(lambda) as unknown as Send;
  return async <Output extends object>(command: ReadCommand<Output>) => {
    const entry = `${command.constructor.name.replace(/Command$/, '')} ${JSON.stringify(command.input)}`;
    try {
      const { $metadata: _, ...answer } = await send(command);
      if (answer['NextMarker'] !== undefined) throw new Error(`${entry} has more than one page.`);
      dump.set(entry, await withContent(answer));
      return answer as Partial<Output>;
    } catch (error) {
      if (!(error instanceof LambdaServiceException) || error.$fault === 'server') throw error;
      dump.set(entry, { refused: error.name, message: error.message });
      return {};
    }
  };
}

/** Download addresses name the server's port, so what is compared is what they lead to. */
async function withContent(answer: Record<string, unknown>): Promise<Record<string, unknown>> {
  const shown = { ...answer };
  for (const member of ['Code', 'Content'] as const) {
    const { Location, ...rest } = (answer[member] ?? {}) as { Location?: string };
    if (Location === undefined) continue;
    const download = await fetch(Location);
    const bytes = Buffer.from(await download.arrayBuffer());
    shown[member] = { ...rest, status: download.status, sha256: sha256(bytes) };
  }
  return shown;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

async function dumpFunction(read: Read, FunctionName: string, FunctionArn: string): Promise<void> {
  await read(new GetFunctionConcurrencyCommand({ FunctionName }));
  await read(new GetFunctionRecursionConfigCommand({ FunctionName }));
  await read(new GetFunctionCodeSigningConfigCommand({ FunctionName }));
  await read(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  await read(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
  await read(new ListFunctionUrlConfigsCommand({ FunctionName }));
  await read(new ListDurableExecutionsByFunctionCommand({ FunctionName }));
  await read(new ListTagsCommand({ Resource: FunctionArn }));
  const { Versions = [] } = await read(new ListVersionsByFunctionCommand({ FunctionName }));
  const { Aliases = [] } = await read(new ListAliasesCommand({ FunctionName }));
  for (const { Name = '' } of Aliases) await read(new GetAliasCommand({ FunctionName, Name }));
  await dumpQualifier(read, FunctionName, FunctionArn, undefined);
  const qualifiers = [...Versions.map(({ Version }) => Version), ...Aliases.map(({ Name }) => Name)];
  for (const qualifier of qualifiers) await dumpQualifier(read, FunctionName, FunctionArn, qualifier);
}

async function dumpQualifier(
  read: Read,
  FunctionName: string,
  FunctionArn: string,
  Qualifier: string | undefined,
): Promise<void> {
  const target = { FunctionName, ...(Qualifier !== undefined && { Qualifier }) };
  await read(new GetFunctionCommand(target));
  await read(new GetFunctionConfigurationCommand(target));
  await read(new GetPolicyCommand(target));
  await read(new GetResourcePolicyCommand({ ResourceArn: [FunctionArn, Qualifier ?? []].flat().join(':') }));
  await read(new GetFunctionEventInvokeConfigCommand(target));
  await read(new GetRuntimeManagementConfigCommand(target));
  await read(new GetFunctionUrlConfigCommand(target));
  if (Qualifier === undefined) return;
  await read(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  await read(new GetFunctionScalingConfigCommand({ FunctionName, Qualifier }));
}

async function dumpLayer(read: Read, LayerName: string): Promise<void> {
  const { LayerVersions = [] } = await read(new ListLayerVersionsCommand({ LayerName }));
  for (const { Version: VersionNumber, LayerVersionArn: Arn } of LayerVersions) {
    await read(new GetLayerVersionCommand({ LayerName, VersionNumber }));
    await read(new GetLayerVersionByArnCommand({ Arn }));
    await read(new GetLayerVersionPolicyCommand({ LayerName, VersionNumber }));
  }
}

async function dumpCodeSigning(read: Read): Promise<void> {
  const { CodeSigningConfigs = [] } = await read(new ListCodeSigningConfigsCommand({}));
  for (const { CodeSigningConfigArn } of CodeSigningConfigs) {
    await read(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }));
    await read(new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }));
    await read(new ListTagsCommand({ Resource: CodeSigningConfigArn }));
  }
}
