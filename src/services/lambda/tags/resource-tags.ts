import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { checkTagCount } from './tag-rules.ts';

export async function readTags(db: Kysely<Database>, resourceArn: string): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('resource_tags')
    .select(['key', 'value'])
    .where('resource_arn', '=', resourceArn)
    .orderBy('key')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}

/** Adds and overwrites tags. Throws when the resource would then have more than Lambda allows. */
export async function addTags(
  tx: Transaction<Database>,
  resourceArn: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  checkTagCount(Object.keys({ ...(await readTags(tx, resourceArn)), ...tags }).length);
  for (const [key, value] of Object.entries(tags)) {
    await tx
      .insertInto('resource_tags')
      .values({ resource_arn: resourceArn, key, value })
      .onConflict((conflict) => conflict.columns(['resource_arn', 'key']).doUpdateSet({ value }))
      .execute();
  }
}

export async function removeTags(
  tx: Transaction<Database>,
  resourceArn: string,
  keys: readonly string[],
): Promise<void> {
  // Keys that are not there may be anything, also text and amounts that a statement cannot hold.
  const given = new Set(keys);
  const held = Object.keys(await readTags(tx, resourceArn)).filter((key) => given.has(key));
  if (held.length === 0) return;
  await tx
    .deleteFrom('resource_tags')
    .where('resource_arn', '=', resourceArn)
    .where('key', 'in', held)
    .execute();
}

/** Of a resource that is being deleted. */
export async function deleteTags(tx: Transaction<Database>, resourceArn: string): Promise<void> {
  await tx.deleteFrom('resource_tags').where('resource_arn', '=', resourceArn).execute();
}
