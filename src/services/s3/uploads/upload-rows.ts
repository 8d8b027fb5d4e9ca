import type { Kysely } from 'kysely';
import type { Store } from '../../../store/store.ts';
import type { Database } from '../../../store/schema.ts';
import type { S3PartTable } from '../../../store/s3-schema.ts';
import type { Tx } from '../buckets/bucket-rows.ts';
import { discardFiles, dropParts } from '../contents/content-rows.ts';
import type { Aftermath } from '../objects/write-version.ts';
import { noSuchUpload, type StoredUpload, storedUploadOf } from './stored-upload.ts';

export interface UploadName {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

function selectUpload(db: Kysely<Database>, { Bucket = '', Key = '', UploadId = '' }: UploadName) {
  return db
    .selectFrom('s3_uploads')
    .selectAll()
    .where('upload_id', '=', UploadId)
    .where('bucket', '=', Bucket)
    .where('key', '=', Key);
}

export async function findUpload(db: Kysely<Database>, name: UploadName): Promise<StoredUpload | undefined> {
  const row = await selectUpload(db, name).executeTakeFirst();
  return row === undefined ? undefined : storedUploadOf(row);
}

/** @throws NoSuchUpload */
export async function requireUpload(db: Kysely<Database>, name: UploadName): Promise<StoredUpload> {
  const upload = await findUpload(db, name);
  if (upload === undefined) throw noSuchUpload(name.UploadId ?? '');
  return upload;
}

/** The upload, kept from other platforms' changes until this one is written. @throws NoSuchUpload */
export async function lockUpload(store: Store, tx: Tx, name: UploadName): Promise<StoredUpload> {
  const row = await selectUpload(tx, name)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw noSuchUpload(name.UploadId ?? '');
  return storedUploadOf(row);
}

/** Puts a part in the place of the one that had its number. @returns the file that has to go */
export async function replacePart(tx: Tx, row: S3PartTable): Promise<string | undefined> {
  const before = await tx
    .deleteFrom('s3_parts')
    .where('content_id', '=', row.content_id)
    .where('part_number', '=', row.part_number)
    .returning('file_id')
    .executeTakeFirst();
  await tx.insertInto('s3_parts').values(row).execute();
  return before?.file_id;
}

/** Gives an upload up, with the parts it has. */
export async function dropUpload(
  tx: Tx,
  uploadId: string,
  { discarded }: Pick<Aftermath, 'discarded'>,
): Promise<void> {
  const fileIds = await dropParts(tx, uploadId);
  await discardFiles(tx, fileIds);
  await deleteUpload(tx, uploadId);
  discarded.push({ contentId: uploadId, fileIds });
}

export async function deleteUpload(tx: Tx, uploadId: string): Promise<void> {
  await tx.deleteFrom('s3_uploads').where('upload_id', '=', uploadId).execute();
}
