import type { Kysely } from 'kysely';
import type { Caller } from '../../model/function-reference.ts';
import { TAG_LIMIT } from '../../model/limits.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { Database } from '../../store/schema.ts';
import { readDefinitions, type Tx } from './definition-rows.ts';
import { targetArn } from './scalable-resource.ts';

/** @throws ServiceError ResourceNotFoundException */
export async function requireTarget(db: Kysely<Database>, arn: string, caller: Caller): Promise<void> {
  const targets = await readDefinitions(db, 'target', caller);
  if (targets.some(({ resource, value }) => targetArn(resource, value.id) === arn)) return;
  throw new ServiceError('ResourceNotFoundException', `No scalable target found for ARN: ${arn}`, 404, {
    ResourceName: arn,
  });
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

/** Adds and overwrites. @throws ServiceError TooManyTagsException */
export async function addTags(tx: Tx, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ resource_arn: arn, key, value }));
  if (rows.length === 0) return;
  const count = Object.keys({ ...(await readTags(tx, arn)), ...tags }).length;
  if (count > TAG_LIMIT) {
    throw new ServiceError(
      'TooManyTagsException',
      `A resource can have no more than ${TAG_LIMIT} tags.`,
      400,
      {
        ResourceName: arn,
      },
    );
  }
  await tx
    .insertInto('resource_tags')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['resource_arn', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    )
    .execute();
}

export async function removeTags(tx: Tx, arn: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.deleteFrom('resource_tags').where('resource_arn', '=', arn).where('key', 'in', keys).execute();
}

export async function removeAllTags(tx: Tx, arn: string): Promise<void> {
  await tx.deleteFrom('resource_tags').where('resource_arn', '=', arn).execute();
}
