import {
  type Caller,
  type FunctionReference,
  parseFunctionReference,
} from '../../../model/function-reference.ts';
import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';
import type { MappingKey } from '../../../model/stored-event-source-mapping.ts';
import { functionArn } from '../../../model/stored-function.ts';

/** A resource that a tag operation names. */
export type TaggedResource =
  | { readonly kind: 'function'; readonly arn: string; readonly reference: FunctionReference }
  | { readonly kind: 'event-source-mapping'; readonly arn: string; readonly key: MappingKey }
  | { readonly kind: 'code-signing-config'; readonly arn: string };

/**
 * Reads the ARN of a tag operation; the wire layer has seen to its form. Throws 404 for the kinds of which there can
 * be none yet, and InvalidParameterValueException for versions and aliases.
 */
export function taggedResource(resource: string, caller: Caller): TaggedResource {
  const kind = resource.split(':')[5];
  if (kind === 'event-source-mapping') return taggedMapping(resource, caller);
  if (kind === 'capacity-provider') throw resourceNotFound(`Capacity provider not found: ${resource}`);
  if (kind === 'code-signing-config') return { kind, arn: resource };
  const reference = parseFunctionReference(resource, undefined, caller);
  if (reference.qualifier !== undefined) {
    throw invalidParameterValue(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  }
  const arn = functionArn(reference.accountId, reference.region, reference.name);
  return { kind: 'function', arn, reference };
}

function taggedMapping(arn: string, { accountId, region }: Caller): TaggedResource {
  const [, , , arnRegion, arnAccount, , uuid = ''] = arn.split(':');
  if (arnRegion !== region || arnAccount !== accountId) throw mappingMissing(arn);
  return { kind: 'event-source-mapping', arn, key: { accountId, region, uuid } };
}

/** 404 */
export function mappingMissing(arn: string): Error {
  return resourceNotFound(`Event source mapping not found: ${arn}`);
}
