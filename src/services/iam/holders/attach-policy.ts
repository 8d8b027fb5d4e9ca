import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { limitExceeded } from '../iam-errors.ts';
import { requireAttachable } from './attachable-policy.ts';
import { type HolderInput, type HolderKind, holderName, type Nothing } from './holder.ts';

interface Input extends HolderInput {
  readonly PolicyArn?: string | undefined;
}

const MOST = 20;
const QUOTA = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' };

/** AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy. What is attached already stays so. */
export function attachPolicy(deps: IamDependencies, kind: HolderKind): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const { PolicyArn: arn = '' } = input;
    await changeAccount(deps.store, context.accountId, async (account) => {
      const holder = await account.require(kind, holderName(input));
      await requireAttachable(account, arn);
      if (holder.attached.includes(arn)) return;
      if (holder.attached.length >= MOST)
        throw limitExceeded(`Cannot exceed quota for ${QUOTA[kind]}: ${MOST}`);
      await account.put({ ...holder, attached: [...holder.attached, arn] });
    });
    return {};
  };
}
