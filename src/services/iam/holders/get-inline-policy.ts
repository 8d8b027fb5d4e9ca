import type { GetRolePolicyResponse } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { encodedDocument } from '../policies/policy-versions.ts';
import { type HolderInput, type HolderKind, holderName, namedHolder, noInlinePolicy } from './holder.ts';

interface Input extends HolderInput {
  readonly PolicyName?: string | undefined;
}

type Output = HolderInput & Omit<GetRolePolicyResponse, 'RoleName'>;

/** GetUserPolicy, GetGroupPolicy, GetRolePolicy. */
export function getInlinePolicy(deps: IamDependencies, kind: HolderKind): OperationHandler<Input, Output> {
  return async (input, { accountId }) => {
    const { PolicyName = '' } = input;
    const holder = await requireEntity(deps.store.db, kind, accountId, holderName(input));
    const text = Object.hasOwn(holder.inline, PolicyName) ? holder.inline[PolicyName] : undefined;
    if (text === undefined) throw noInlinePolicy(kind, PolicyName);
    return { ...namedHolder(holder), PolicyName, PolicyDocument: encodedDocument(text) };
  };
}
