import type { CreateRoleRequest, CreateRoleResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import { tagsOf } from '../entities/entity-tags.ts';
import { newEntity } from '../entities/new-entity.ts';
import { requireAttachable } from '../holders/attachable-policy.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { checkTrustPolicy } from '../policies/document-rules.ts';
import { shownRoleInFull } from './role-output.ts';

const HOUR_SECONDS = 3600;

export function createRole(deps: IamDependencies): OperationHandler<CreateRoleRequest, CreateRoleResponse> {
  return async (input, context) => {
    const { RoleName = '', AssumeRolePolicyDocument: trustPolicy = '', Description: description } = input;
    const { PermissionsBoundary: boundary } = input;
    const tags = tagsOf(input.Tags);
    checkTrustPolicy(trustPolicy);
    const role = await changeAccount(deps.store, context.accountId, async (account) => {
      if (boundary !== undefined) await requireAttachable(account, boundary);
      return await account.add({
        ...newEntity('role', RoleName, input.Path, context, deps.clock.now()),
        trustPolicy,
        ...(description !== undefined && { description }),
        maxSessionSeconds: input.MaxSessionDuration ?? HOUR_SECONDS,
        inline: {},
        attached: [],
        tags,
        ...(boundary !== undefined && { boundary }),
      });
    });
    const { RoleLastUsed: _, ...Role } = shownRoleInFull(role);
    return { Role };
  };
}
