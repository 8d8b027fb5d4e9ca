import type { Kysely, Transaction } from 'kysely';
import type { Caller } from '../../model/function-reference.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { Database } from '../../store/schema.ts';
import { invalidParameter } from './log-errors.ts';
import { type GroupName, groupFromIdentifier } from './log-names.ts';

const TAG_LIMIT = 50;

/** The group a tag operation's ARN names. @throws ServiceError */
export function taggedGroup(resourceArn: string, caller: Caller): GroupName {
  if (!resourceArn.startsWith('arn:'))
    throw invalidParameter(`The specified resource ARN is invalid: ${resourceArn}`);
  return groupFromIdentifier(resourceArn, caller);
}

export async function readTags(db: Kysely<Database>, arn: string): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('resource_tags')
    .select(['key', 'value'])
    .where('resource_arn', '=', arn)
    .orderBy('key')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}

/** Adds and overwrites tags. @throws ServiceError TooManyTagsException */
export async function addTags(
  tx: Transaction<Database>,
  arn: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ resource_arn: arn, key, value }));
  if (rows.length === 0) return;
  const count = Object.keys({ ...(await readTags(tx, arn)), ...tags }).length;
  if (count > TAG_LIMIT) {
    throw new ServiceError('TooManyTagsException', 'A resource can have no more than 50 tags.', 400, {
      resourceName: arn,
    });
  }
  await tx
    .insertInto('resource_tags')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['resource_arn', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    )
    .execute();
}

export async function removeTags(
  tx: Transaction<Database>,
  arn: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await tx.deleteFrom('resource_tags').where('resource_arn', '=', arn).where('key', 'in', keys).execute();
}

export async function removeAllTags(tx: Transaction<Database>, arn: string): Promise<void> {
  await tx.deleteFrom('resource_tags').where('resource_arn', '=', arn).execute();
}
