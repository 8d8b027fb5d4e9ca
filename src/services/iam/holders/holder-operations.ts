import type { ServiceDefinition } from '../../../aws/service.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { attachPolicy } from './attach-policy.ts';
import { deleteInlinePolicy } from './delete-inline-policy.ts';
import { deletePermissionsBoundary } from './delete-permissions-boundary.ts';
import { detachPolicy } from './detach-policy.ts';
import { getInlinePolicy } from './get-inline-policy.ts';
import { listAttachedPolicies } from './list-attached-policies.ts';
import { listEntityTags } from './list-entity-tags.ts';
import { listInlinePolicies } from './list-inline-policies.ts';
import { putInlinePolicy } from './put-inline-policy.ts';
import { putPermissionsBoundary } from './put-permissions-boundary.ts';
import { tagEntity } from './tag-entity.ts';
import { untagEntity } from './untag-entity.ts';

/** What users, groups and roles have in common: policies, boundaries and tags. */
export function holderOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    AttachGroupPolicy: attachPolicy(deps, 'group'),
    AttachRolePolicy: attachPolicy(deps, 'role'),
    AttachUserPolicy: attachPolicy(deps, 'user'),
    DeleteGroupPolicy: deleteInlinePolicy(deps, 'group'),
    DeleteRolePermissionsBoundary: deletePermissionsBoundary(deps, 'role'),
    DeleteRolePolicy: deleteInlinePolicy(deps, 'role'),
    DeleteUserPermissionsBoundary: deletePermissionsBoundary(deps, 'user'),
    DeleteUserPolicy: deleteInlinePolicy(deps, 'user'),
    DetachGroupPolicy: detachPolicy(deps, 'group'),
    DetachRolePolicy: detachPolicy(deps, 'role'),
    DetachUserPolicy: detachPolicy(deps, 'user'),
    GetGroupPolicy: getInlinePolicy(deps, 'group'),
    GetRolePolicy: getInlinePolicy(deps, 'role'),
    GetUserPolicy: getInlinePolicy(deps, 'user'),
    ListAttachedGroupPolicies: listAttachedPolicies(deps, 'group'),
    ListAttachedRolePolicies: listAttachedPolicies(deps, 'role'),
    ListAttachedUserPolicies: listAttachedPolicies(deps, 'user'),
    ListGroupPolicies: listInlinePolicies(deps, 'group'),
    ListInstanceProfileTags: listEntityTags(deps, 'instance-profile'),
    ListPolicyTags: listEntityTags(deps, 'policy'),
    ListRolePolicies: listInlinePolicies(deps, 'role'),
    ListRoleTags: listEntityTags(deps, 'role'),
    ListUserPolicies: listInlinePolicies(deps, 'user'),
    ListUserTags: listEntityTags(deps, 'user'),
    PutGroupPolicy: putInlinePolicy(deps, 'group'),
    PutRolePermissionsBoundary: putPermissionsBoundary(deps, 'role'),
    PutRolePolicy: putInlinePolicy(deps, 'role'),
    PutUserPermissionsBoundary: putPermissionsBoundary(deps, 'user'),
    PutUserPolicy: putInlinePolicy(deps, 'user'),
    TagInstanceProfile: tagEntity(deps, 'instance-profile'),
    TagPolicy: tagEntity(deps, 'policy'),
    TagRole: tagEntity(deps, 'role'),
    TagUser: tagEntity(deps, 'user'),
    UntagInstanceProfile: untagEntity(deps, 'instance-profile'),
    UntagPolicy: untagEntity(deps, 'policy'),
    UntagRole: untagEntity(deps, 'role'),
    UntagUser: untagEntity(deps, 'user'),
  };
}
