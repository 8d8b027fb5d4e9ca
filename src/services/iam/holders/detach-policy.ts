import type { OperationHandler } from '../../../aws/service.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { policyNotFound } from '../iam-errors.ts';
import { parsePolicyArn } from '../policies/find-policy.ts';
import { type HolderInput, type HolderKind, holderName, type Nothing } from './holder.ts';

interface Input extends HolderInput {
  readonly PolicyArn?: string | undefined;
}

/** DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy. */
export function detachPolicy(deps: IamDependencies, kind: HolderKind): OperationHandler<Input, Nothing> {
  return async (input, context) => {
    const { PolicyArn: arn = '' } = input;
    parsePolicyArn(arn);
    await changeAccount(deps.store, context.accountId, async (account) => {
      const holder = await account.require(kind, holderName(input));
      if (!holder.attached.includes(arn)) throw policyNotFound(arn);
      await account.put({ ...holder, attached: holder.attached.filter((each) => each !== arn) });
    });
    return {};
  };
}
