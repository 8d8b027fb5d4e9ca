import type { IdentityOf } from '../../../model/identity/stored-identity.ts';
import type { IamAccount } from '../entities/entity-rows.ts';
import { requireOwnPolicy } from '../policies/find-policy.ts';

export type TaggedKind = 'user' | 'role' | 'policy' | 'instance-profile';

/** A managed policy is named by its ARN, everything else by its name. */
export interface TaggedInput {
  readonly UserName?: string | undefined;
  readonly RoleName?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly InstanceProfileName?: string | undefined;
}

/** Throws NoSuchEntity. */
export async function requireTagged(
  account: IamAccount,
  kind: TaggedKind,
  input: TaggedInput,
): Promise<IdentityOf<TaggedKind>> {
  if (kind === 'policy') return await requireOwnPolicy(account, input.PolicyArn ?? '');
  return await account.require(kind, taggedName(input));
}

export function taggedName({ UserName, RoleName, InstanceProfileName }: TaggedInput): string {
  return UserName ?? RoleName ?? InstanceProfileName ?? '';
}
