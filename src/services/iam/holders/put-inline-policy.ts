import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { checkIdentityPolicy, checkInlineSize } from '../policies/document-rules.ts';
import { type HolderInput, type HolderKind, holderName, type Nothing } from './holder.ts';

interface Input extends HolderInput {
  readonly PolicyName?: string | undefined;
  readonly PolicyDocument?: string | undefined;
}

/** PutUserPolicy, PutGroupPolicy, PutRolePolicy: adds one, or replaces the one of its name. */
export function putInlinePolicy(deps: IamDependencies, kind: HolderKind): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const { PolicyName = '', PolicyDocument = '' } = input;
    await changeAccount(deps.store, context.accountId, async (account) => {
      const holder = await account.require(kind, holderName(input));
      checkIdentityPolicy(PolicyDocument, deps);
      const inline = { ...holder.inline, [PolicyName]: PolicyDocument };
      checkInlineSize(kind, holder.name, inline);
      await account.put({ ...holder, inline });
    });
    return {};
  };
}
