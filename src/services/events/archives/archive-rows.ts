import type { Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { archiveDoesNotExist } from '../events-errors.ts';
import { archiveChange, type ArchiveName, type StoredArchive } from './stored-archive.ts';

type Tx = Transaction<Database>;

/** @returns whether there was none of that name */
export async function insertArchive(tx: Tx, archive: StoredArchive): Promise<boolean> {
  const { accountId, region, name } = archive;
  const inserted = await tx
    .insertInto('events_archives')
    .values({ account_id: accountId, region, name, definition: JSON.stringify(archive) })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .returning('name')
    .execute();
  return inserted.length > 0;
}

/** Reads an archive, decides and writes in one transaction. @throws ResourceNotFoundException */
export async function changeArchive(
  store: Store,
  archive: ArchiveName,
  decide: (before: StoredArchive) => StoredArchive,
): Promise<StoredArchive> {
  const { accountId, region, name } = archive;
  return await store.write(async (tx, announce) => {
    const row = await tx
      .selectFrom('events_archives')
      .select('definition')
      .where('account_id', '=', accountId)
      .where('region', '=', region)
      .where('name', '=', name)
      .$if(store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) throw archiveDoesNotExist(name);
    const after = decide(JSON.parse(row.definition) as StoredArchive);
    await tx
      .updateTable('events_archives')
      .set({ definition: JSON.stringify(after) })
      .where('account_id', '=', accountId)
      .where('region', '=', region)
      .where('name', '=', name)
      .execute();
    announce(archiveChange(archive, after));
    return after;
  });
}

/** Its events go later, a few at a time: there may be millions. @throws ResourceNotFoundException */
export async function deleteArchiveRow(store: Store, archive: ArchiveName, nowMs: number): Promise<void> {
  const { accountId, region, name } = archive;
  await store.write(async (tx, announce) => {
    const row = await tx
      .deleteFrom('events_archives')
      .where('account_id', '=', accountId)
      .where('region', '=', region)
      .where('name', '=', name)
      .returning('definition')
      .executeTakeFirst();
    if (row === undefined) throw archiveDoesNotExist(name);
    const { id } = JSON.parse(row.definition) as StoredArchive;
    await tx
      .insertInto('events_discarded_archives')
      .values({ archive_id: id, discarded_at_ms: nowMs })
      .execute();
    announce(archiveChange(archive));
  });
}
