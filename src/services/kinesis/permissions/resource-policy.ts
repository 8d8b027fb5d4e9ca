import type {
  DeleteResourcePolicyInput,
  GetResourcePolicyInput,
  GetResourcePolicyOutput,
  PutResourcePolicyInput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import { absentKey } from '../../../model/policy/absent-keys.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { PolicyError } from '../../../model/policy/policy-document.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument, notBuilt, notFound } from '../kinesis-errors.ts';
import { admitResource, changeResource } from './resources.ts';

const MOST_BYTES = 20_480;

export function putResourcePolicy(
  deps: KinesisDependencies,
): OperationHandler<PutResourcePolicyInput, undefined> {
  return async (input, context) => {
    const resource = await admitResource(deps, input, context, 'PutResourcePolicy');
    const policy = input.Policy ?? '';
    checkPolicy(policy);
    await changeResource(deps, resource, ({ tags }) => ({ tags, policy }));
    return undefined;
  };
}

/** A resource without a policy has an empty one. */
export function getResourcePolicy(
  deps: KinesisDependencies,
): OperationHandler<GetResourcePolicyInput, GetResourcePolicyOutput> {
  return async (input, context) => {
    const { stream, consumer } = await admitResource(deps, input, context, 'GetResourcePolicy');
    return { Policy: (consumer ?? stream).definition.policy ?? '{}' };
  };
}

export function deleteResourcePolicy(
  deps: KinesisDependencies,
): OperationHandler<DeleteResourcePolicyInput, undefined> {
  return async (input, context) => {
    const resource = await admitResource(deps, input, context, 'DeleteResourcePolicy');
    await changeResource(deps, resource, ({ tags, policy }) => {
      if (policy === undefined) throw notFound(`No resource policy found for ${input.ResourceARN}.`);
      return { tags };
    });
    return undefined;
  };
}

function checkPolicy(policy: string): void {
  if (Buffer.byteLength(policy) > MOST_BYTES)
    throw invalidArgument(`A resource policy can have at most ${MOST_BYTES} bytes.`);
  try {
    const document = parsePolicy(policy, 'resource');
    compilePolicy(document);
    const absent = absentKey(document);
    if (absent !== undefined) throw notBuilt(`the condition key ${absent}`);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw invalidArgument(`Invalid resource policy: ${error.message}`);
  }
}
