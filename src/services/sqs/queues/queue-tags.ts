import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { invalidParameterValue } from '../sqs-errors.ts';
import type { Tx } from './queue-rows.ts';

const MOST_TAGS = 50;
const KEY_LIMIT = 128;
const VALUE_LIMIT = 256;
/** Letters, digits, spaces and these. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Throws InvalidParameterValue for keys and values that AWS takes nowhere. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    const isFine = key.length > 0 && key.length <= KEY_LIMIT && TAG_TEXT.test(key) && !/^aws:/i.test(key);
    if (!isFine) throw invalidParameterValue(`Tag key ${key} is invalid.`);
    if (typeof value !== 'string' || value.length > VALUE_LIMIT || !TAG_TEXT.test(value))
      throw invalidParameterValue(`The value of tag ${key} is invalid.`);
  }
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

/** Adds and overwrites tags. */
export async function addTags(tx: Tx, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ resource_arn: arn, key, value }));
  if (rows.length === 0) return;
  const count = Object.keys({ ...(await readTags(tx, arn)), ...tags }).length;
  if (count > MOST_TAGS) {
    throw invalidParameterValue(`Too many tags added for queue ${arn.split(':').at(-1)}.`);
  }
  await tx
    .insertInto('resource_tags')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['resource_arn', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    )
    .execute();
}

/** @param keys undefined: all of them */
export async function removeTags(tx: Tx, arn: string, keys?: readonly string[]): Promise<void> {
  if (keys?.length === 0) return;
  await tx
    .deleteFrom('resource_tags')
    .where('resource_arn', '=', arn)
    .$if(keys !== undefined, (query) => query.where('key', 'in', keys ?? []))
    .execute();
}
