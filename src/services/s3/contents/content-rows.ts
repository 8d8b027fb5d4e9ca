import { sql } from 'kysely';
import type { Tx } from '../buckets/bucket-rows.ts';

/** A content that nothing refers to any more, and its files. */
export interface DiscardedContent {
  readonly contentId: string;
  readonly fileIds: readonly string[];
}

/** A content that one version of an object refers to. */
export async function insertContent(tx: Tx, contentId: string, size: number): Promise<void> {
  await tx.insertInto('s3_contents').values({ content_id: contentId, size, reference_count: 1 }).execute();
}

/** One more version refers to a content. @returns false when it has just gone */
export async function shareContent(tx: Tx, contentId: string): Promise<boolean> {
  const rows = await tx
    .updateTable('s3_contents')
    .set({ reference_count: sql`reference_count + 1` })
    .where('content_id', '=', contentId)
    .returning('content_id')
    .execute();
  return rows.length > 0;
}

/** One version less refers to a content. @returns what has to go, when that was the last one */
export async function releaseContent(tx: Tx, contentId: string): Promise<readonly DiscardedContent[]> {
  const row = await tx
    .updateTable('s3_contents')
    .set({ reference_count: sql`reference_count - 1` })
    .where('content_id', '=', contentId)
    .returning('reference_count')
    .executeTakeFirst();
  if (row === undefined || row.reference_count > 0) return [];
  await tx.deleteFrom('s3_contents').where('content_id', '=', contentId).execute();
  const parts = await dropParts(tx, contentId);
  const fileIds = parts.length > 0 ? parts : [contentId];
  await discardFiles(tx, fileIds);
  return [{ contentId, fileIds }];
}

/** @returns the files of the parts that were there; they are not discarded yet */
export async function dropParts(tx: Tx, contentId: string): Promise<readonly string[]> {
  const rows = await tx
    .deleteFrom('s3_parts')
    .where('content_id', '=', contentId)
    .returning('file_id')
    .execute();
  return rows.map((row) => row.file_id);
}

/** Remembers that files have to go, so that they do even if this platform ends right after the commit. */
export async function discardFiles(tx: Tx, fileIds: readonly string[]): Promise<void> {
  for (let at = 0; at < fileIds.length; at += MOST_VALUES) {
    const values = fileIds.slice(at, at + MOST_VALUES).map((file_id) => ({ file_id }));
    await tx.insertInto('s3_discarded_files').values(values).execute();
  }
}

/** The same of every file that a row names. */
export async function discardEverything(tx: Tx): Promise<void> {
  const parts = tx.selectFrom('s3_parts').select('file_id');
  const contents = tx
    .selectFrom('s3_contents')
    .select('content_id as file_id')
    .where('content_id', 'not in', tx.selectFrom('s3_parts').select('content_id'));
  await tx
    .insertInto('s3_discarded_files')
    .columns(['file_id'])
    .expression(parts.unionAll(contents))
    .execute();
}

/** Of one statement. */
const MOST_VALUES = 500;
