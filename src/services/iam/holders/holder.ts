import type { IdentityOf } from '../../../model/identity/stored-identity.ts';
import { noSuchEntity } from '../iam-errors.ts';

/** Who can have policies. */
export type HolderKind = 'user' | 'group' | 'role';
export type Holder = IdentityOf<HolderKind>;

/** The same operations are there for each of them, and differ in the member that names it. */
export interface HolderInput {
  readonly UserName?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly RoleName?: string | undefined;
}

export type Nothing = Record<string, never>;

export function holderName({ UserName, GroupName, RoleName }: HolderInput): string {
  return UserName ?? GroupName ?? RoleName ?? '';
}

/** The member of an answer that names it. */
export function namedHolder({ kind, name }: Holder): HolderInput {
  if (kind === 'user') return { UserName: name };
  return kind === 'group' ? { GroupName: name } : { RoleName: name };
}

export function noInlinePolicy(kind: HolderKind, name: string): Error {
  return noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);
}
