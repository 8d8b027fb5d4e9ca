import type { CreatePolicyRequest, CreatePolicyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { tagsOf } from '../entities/entity-tags.ts';
import { newEntity } from '../entities/new-entity.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { checkIdentityPolicy, checkManagedSize } from './document-rules.ts';
import { shownPolicyInFull } from './policy-versions.ts';

export function createPolicy(
  deps: IamDependencies,
): OperationHandler<CreatePolicyRequest, CreatePolicyResponse> {
  return async (input, context) => {
    const { PolicyName = '', PolicyDocument: document = '', Description: description } = input;
    const tags = tagsOf(input.Tags);
    checkIdentityPolicy(document, deps);
    checkManagedSize(document);
    const entity = newEntity('policy', PolicyName, input.Path, context, deps.clock.now());
    const policy = {
      ...entity,
      ...(description !== undefined && { description }),
      updatedMs: entity.createdMs,
      versions: [{ id: 'v1', document, createdMs: entity.createdMs }],
      defaultVersion: 'v1',
      nextVersion: 2,
      tags,
    };
    await changeAccount(deps.store, context.accountId, async (account) => await account.add(policy));
    return { Policy: shownPolicyInFull(policy, { attached: 0, bounded: 0 }) };
  };
}
