import type { Kysely } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Tx } from './schedule-rows.ts';
import { DEFAULT_GROUP, type StoredGroup } from './stored-schedule.ts';

export type GroupName = Pick<StoredGroup, 'accountId' | 'region' | 'name'>;

/** Every account has its default group in every Region. */
export async function findGroup(db: Kysely<Database>, group: GroupName): Promise<StoredGroup | undefined> {
  const { accountId, region, name } = group;
  const row = await db
    .selectFrom('scheduler_groups')
    .select('definition')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row !== undefined) return JSON.parse(row.definition) as StoredGroup;
  return name === DEFAULT_GROUP ? defaultGroup(accountId, region) : undefined;
}

export function defaultGroup(accountId: string, region: string): StoredGroup {
  return { accountId, region, name: DEFAULT_GROUP, tags: {}, createdAtMs: 0, modifiedAtMs: 0 };
}

/** All of an account in a Region. */
export async function allGroups(
  db: Kysely<Database>,
  accountId: string,
  region: string,
): Promise<StoredGroup[]> {
  const rows = await db
    .selectFrom('scheduler_groups')
    .select('definition')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .execute();
  const groups = rows.map(({ definition }) => JSON.parse(definition) as StoredGroup);
  const hasDefault = groups.some(({ name }) => name === DEFAULT_GROUP);
  return hasDefault ? groups : [...groups, defaultGroup(accountId, region)];
}

export async function writeGroup(tx: Tx, group: StoredGroup): Promise<void> {
  const definition = JSON.stringify(group);
  await tx
    .insertInto('scheduler_groups')
    .values({ account_id: group.accountId, region: group.region, name: group.name, definition })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doUpdateSet({ definition }))
    .execute();
}
