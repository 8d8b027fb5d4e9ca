import type { Tag } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';
import { type TableName, tableArn } from './table-name.ts';
import type { Tx } from './table-rows.ts';

const MOST_TAGS = 50;

/** By key. Throws ValidationException. */
export function checkTableTags(tags: readonly Tag[] | undefined): ReadonlyMap<string, string> {
  const byKey = new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  if (byKey.size < (tags?.length ?? 0)) throw validation('Duplicate tag keys are not allowed');
  const reserved = [...byKey.keys()].find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined)
    throw validation(`One or more tag keys begin with aws:, which is reserved: ${reserved}`);
  if (byKey.size > MOST_TAGS) throw validation('The number of tags exceeds the limit of 50');
  return byKey;
}

export async function addTableTags(
  tx: Tx,
  table: TableName,
  tags: ReadonlyMap<string, string>,
): Promise<void> {
  if (tags.size === 0) return;
  const resource_arn = tableArn(table);
  await tx
    .insertInto('resource_tags')
    .values([...tags].map(([key, value]) => ({ resource_arn, key, value })))
    .onConflict((conflict) =>
      conflict
        .columns(['resource_arn', 'key'])
        .doUpdateSet((excluded) => ({ value: excluded.ref('excluded.value') })),
    )
    .execute();
}
