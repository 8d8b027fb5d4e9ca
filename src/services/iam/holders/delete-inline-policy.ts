import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { type HolderInput, type HolderKind, holderName, noInlinePolicy, type Nothing } from './holder.ts';

interface Input extends HolderInput {
  readonly PolicyName?: string | undefined;
}

/** DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy. */
export function deleteInlinePolicy(
  deps: IamDependencies,
  kind: HolderKind,
): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const { PolicyName = '' } = input;
    await changeAccount(deps.store, context.accountId, async (account) => {
      const holder = await account.require(kind, holderName(input));
      if (!Object.hasOwn(holder.inline, PolicyName)) throw noInlinePolicy(kind, PolicyName);
      const { [PolicyName]: _, ...inline } = holder.inline;
      await account.put({ ...holder, inline });
    });
    return {};
  };
}
