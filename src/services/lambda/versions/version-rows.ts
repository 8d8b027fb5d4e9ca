import { type Kysely, type RawBuilder, sql } from 'kysely';
import {
  type FunctionRecord,
  functionRecordOf,
  type StoredFunction,
} from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import {
  type Announce,
  type FunctionKey,
  insertVersionRow,
  LostRace,
  type Tx,
} from '../functions/function-rows.ts';
import { takeVersionNumber } from '../functions/settings-rows.ts';
import { contentFingerprint, publishedVersion } from './published-version.ts';

/** Sorts versions as people count: `$LATEST` first, then 1, 2, ... 10. */
export const VERSION_NUMBER: RawBuilder<number> = sql<number>`case when version = '$LATEST' then 0 else cast(version as integer) end`;

/** The number `VERSION_NUMBER` sorts a version by, as text. */
export function numberOf(version: string): string {
  return version === '$LATEST' ? '0' : version;
}

/** What a publication found or made. */
export interface Publication {
  readonly version: StoredFunction;
  /** False when the newest version is this content already. */
  readonly isNew: boolean;
}

/**
 * Publishes `$LATEST` unless the newest version is the same already.
 * @param ready how the new version starts: as active as `$LATEST`, or waiting for its code
 */
export async function publish(
  tx: Tx,
  announce: Announce,
  store: Store,
  latest: StoredFunction,
  description: string | undefined,
  ready: (version: StoredFunction) => StoredFunction,
): Promise<Publication> {
  const newest = await newestVersion(tx, latest);
  if (newest?.publishedFrom === contentFingerprint(latest)) return { version: newest, isNew: false };
  const number = await takeVersionNumber(tx, latest);
  const version = ready(publishedVersion(latest, number, description));
  if (!(await insertVersionRow(tx, announce, store, version))) throw new LostRace('The number was taken.');
  return { version, isNew: true };
}

async function newestVersion(db: Kysely<Database>, key: FunctionKey): Promise<StoredFunction | undefined> {
  const row = await versionsOfFunction(db, key)
    .where('version', '!=', '$LATEST')
    .orderBy(VERSION_NUMBER, 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : functionRecordOf(row).current;
}

/** Versions in order, `$LATEST` as number 0. */
export async function listVersions(
  db: Kysely<Database>,
  key: FunctionKey,
  after: number,
  limit: number,
): Promise<FunctionRecord[]> {
  const rows = await versionsOfFunction(db, key)
    .where(VERSION_NUMBER, '>', after)
    .orderBy(VERSION_NUMBER)
    .limit(limit)
    .execute();
  return rows.map(functionRecordOf);
}

function versionsOfFunction(db: Kysely<Database>, key: FunctionKey) {
  return db
    .selectFrom('lambda_functions')
    .select(['configuration', 'serving_configuration'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name);
}
