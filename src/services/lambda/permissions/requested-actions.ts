import { givesTags } from '../../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { parseAnyReference } from '../../../model/function-reference.ts';
import { functionArn, partitionOf } from '../../../model/stored-function.ts';
import { layerArn } from '../../../model/stored-layer.ts';
import { parseLayerName } from '../layers/layer-reference.ts';
import { actionsOf } from './operation-access.ts';

/** Members by which operations name what they are about, or what its conditions look at. */
export interface AskedInput {
  readonly Arn?: string;
  readonly AuthType?: string;
  readonly CapacityProviderConfig?: {
    readonly LambdaManagedInstancesCapacityProviderConfig?: { readonly CapacityProviderArn?: string };
  };
  readonly CapacityProviderName?: string;
  readonly CodeSigningConfigArn?: string;
  readonly FunctionName?: string;
  readonly FunctionUrlAuthType?: string;
  readonly LayerName?: string;
  readonly Layers?: readonly string[];
  readonly Principal?: string;
  readonly Qualifier?: string;
  readonly Resource?: string;
  readonly ResourceArn?: string;
  readonly Role?: string;
  readonly TagKeys?: readonly string[];
  readonly Tags?: Readonly<Record<string, string>>;
  readonly UUID?: string;
  readonly VersionNumber?: number;
}

type Keys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request needs permission for that names no function: its own action, on what it is about. */
export function ownActions(
  operation: string,
  input: AskedInput,
  context: RequestContext,
): readonly RequestedAction[] {
  const resource = resourceOf(input, context);
  const keys = conditionKeys(operation, input, context);
  return actionsOf(operation).map((action) => ({ action, resource, keys }));
}

/** What a request needs beside its own action: giving a role or a capacity provider away, using layers, setting tags. */
export function furtherActions(
  operation: string,
  input: AskedInput,
  context: RequestContext,
): readonly RequestedAction[] {
  const needed: RequestedAction[] = [];
  const givesRole = operation === 'CreateFunction' || operation === 'UpdateFunctionConfiguration';
  if (givesRole && input.Role !== undefined) {
    const keys = { 'iam:PassedToService': 'lambda.amazonaws.com' };
    needed.push({ action: 'iam:PassRole', resource: input.Role, keys });
  }
  if (givesRole) {
    for (const layer of input.Layers ?? [])
      needed.push({ action: 'lambda:GetLayerVersion', resource: layer });
  }
  const provider =
    input.CapacityProviderConfig?.LambdaManagedInstancesCapacityProviderConfig?.CapacityProviderArn;
  if (provider !== undefined) needed.push({ action: 'lambda:PassCapacityProvider', resource: provider });
  if (operation.startsWith('Create') && givesTags(input.Tags)) {
    const resource = newResource(operation, input, context);
    needed.push({ action: 'lambda:TagResource', resource, keys: requestTags(input) });
  }
  return needed;
}

/** What an operation makes, as far as it is known before: Lambda gives mappings and signing configurations their ids itself. */
function newResource(operation: string, input: AskedInput, context: RequestContext): string {
  switch (operation) {
    case 'CreateFunction':
      return functionArnOf(input.FunctionName ?? '', context);
    case 'CreateEventSourceMapping':
      return arnOf(context, 'event-source-mapping', '*');
    case 'CreateCapacityProvider':
      return resourceOf(input, context);
    default:
      return arnOf(context, 'code-signing-config', '*');
  }
}

/** Lambda's own condition keys, and those of the tags a request brings. */
export function conditionKeys(operation: string, input: AskedInput, context: RequestContext): Keys {
  const aboutUrls = operation.includes('FunctionUrlConfig');
  const aboutMappings = operation.includes('EventSourceMapping');
  const authType = aboutUrls ? input.AuthType : input.FunctionUrlAuthType;
  const layers = operation === 'CreateFunction' || operation === 'UpdateFunctionConfiguration';
  return {
    ...requestTags(input),
    'lambda:CodeSigningConfigArn': input.CodeSigningConfigArn,
    'lambda:FunctionArn':
      (aboutUrls || aboutMappings) && input.FunctionName !== undefined
        ? functionArnOf(input.FunctionName, context)
        : undefined,
    'lambda:FunctionUrlAuthType': authType,
    'lambda:Layer': layers ? input.Layers : undefined,
    'lambda:Principal': input.Principal,
    'lambda:InvokedViaFunctionUrl': operation.startsWith('Invoke') ? 'false' : undefined,
  };
}

function requestTags({ Tags = {}, TagKeys }: AskedInput): Keys {
  const keys = TagKeys ?? Object.keys(Tags);
  return {
    ...Object.fromEntries(Object.entries(Tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(keys.length > 0 && { 'aws:TagKeys': keys }),
  };
}

function resourceOf(input: AskedInput, context: RequestContext): string {
  const { LayerName, VersionNumber, CodeSigningConfigArn, UUID, CapacityProviderName } = input;
  const given = input.Resource ?? input.ResourceArn ?? input.Arn;
  if (given !== undefined) return given;
  if (LayerName !== undefined) {
    const layer = layerArn(parseLayerName(LayerName, context));
    return VersionNumber === undefined ? layer : `${layer}:${VersionNumber}`;
  }
  if (UUID !== undefined) return arnOf(context, 'event-source-mapping', UUID);
  if (CapacityProviderName !== undefined) return arnOf(context, 'capacity-provider', CapacityProviderName);
  return CodeSigningConfigArn ?? '*';
}

/** However it is named, and without a qualifier: what holds for a function is not to be had round by an alias. */
function functionArnOf(named: string, context: RequestContext): string {
  const { accountId, region, name } = parseAnyReference(named, undefined, context);
  return functionArn(accountId, region, name);
}

/** A name may be an ARN already. */
function arnOf({ region, accountId }: RequestContext, kind: string, name: string): string {
  return name.startsWith('arn:')
    ? name
    : `arn:${partitionOf(region)}:lambda:${region}:${accountId}:${kind}:${name}`;
}
