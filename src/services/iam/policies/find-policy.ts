import type { Kysely } from 'kysely';
import type { StoredManagedPolicy } from '../../../model/identity/stored-identity.ts';
import type { Database } from '../../../store/schema.ts';
import { findEntity, type IamAccount } from '../entities/entity-rows.ts';
import { invalidInput, policyNotFound } from '../iam-errors.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';

const ARN = /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/(?:.+\/)?([\w+=,.@-]+)$/;

/** The account's own policy of this ARN, or AWS's. */
export async function findPolicy(
  db: Kysely<Database>,
  accountId: string,
  arn: string,
): Promise<StoredManagedPolicy | undefined> {
  const [owner, name] = parsePolicyArn(arn);
  if (owner === 'aws') return awsManagedPolicy(arn);
  if (owner !== accountId) return undefined;
  const found = await findEntity(db, 'policy', accountId, name);
  return found?.arn === arn ? found : undefined;
}

/** Throws NoSuchEntity. */
export async function requirePolicy(
  db: Kysely<Database>,
  accountId: string,
  arn: string,
): Promise<StoredManagedPolicy> {
  const found = await findPolicy(db, accountId, arn);
  if (found === undefined) throw policyNotFound(arn);
  return found;
}

/** For changes: AWS's own are nobody's to change. Throws NoSuchEntity. */
export async function requireOwnPolicy(account: IamAccount, arn: string): Promise<StoredManagedPolicy> {
  const [owner, name] = parsePolicyArn(arn);
  const found = owner === account.accountId ? await account.find('policy', name) : undefined;
  if (found?.arn !== arn) throw policyNotFound(arn);
  return found;
}

/** Owner and name. Throws InvalidInput. */
export function parsePolicyArn(arn: string): [owner: string, name: string] {
  const [, owner, name] = ARN.exec(arn) ?? [];
  if (owner === undefined || name === undefined) throw invalidInput(`ARN ${arn} is not valid.`);
  return [owner, name];
}
