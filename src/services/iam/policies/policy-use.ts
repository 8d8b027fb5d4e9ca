import type { Kysely } from 'kysely';
import type { IdentityOf } from '../../../model/identity/stored-identity.ts';
import type { Database } from '../../../store/schema.ts';
import { listEntities } from '../entities/entity-rows.ts';

type Holder = IdentityOf<'user' | 'group' | 'role'>;

/** Everyone in an account who can have policies, by name within each kind. */
export async function allHolders(db: Kysely<Database>, accountId: string): Promise<Holder[]> {
  return [
    ...(await listEntities(db, 'group', accountId)),
    ...(await listEntities(db, 'role', accountId)),
    ...(await listEntities(db, 'user', accountId)),
  ];
}

/** How many have a policy attached, and how many are bounded by it. */
export function useOf(arn: string, holders: readonly Holder[]): { attached: number; bounded: number } {
  return {
    attached: holders.filter(({ attached }) => attached.includes(arn)).length,
    bounded: holders.filter((holder) => isBoundedBy(holder, arn)).length,
  };
}

export function isBoundedBy(holder: Holder, arn: string): boolean {
  return holder.kind !== 'group' && holder.boundary === arn;
}
