import type {
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { Kysely } from 'kysely';
import type { OperationHandler } from '../../../aws/service.ts';
import type { Database } from '../../../store/schema.ts';
import { collectPage, type ListPosition, type ReadRows } from '../listing/collect-page.ts';
import { successorOf } from '../listing/key-order.ts';
import { checkMaxKeys, keyWriter } from '../listing/list-words.ts';
import { ownersIn } from '../lists/object-owner.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { type StoredUpload, storedUploadOf } from './stored-upload.ts';

type ListedUpload = StoredUpload & { readonly sequence: number };

/** Uploads under way, by key and the oldest first. */
export function listMultipartUploads(
  deps: S3Dependencies,
): OperationHandler<ListMultipartUploadsRequest, ListMultipartUploadsOutput> {
  return async (input, context) => {
    const { Delimiter: delimiter = '', Prefix: prefix = '', KeyMarker: marker = '' } = input;
    const bucket = await admit(deps, input, context, 'ListBucketMultipartUploads');
    const most = checkMaxKeys(input.MaxUploads, 'max-uploads');
    const write = keyWriter(input.EncodingType);
    const after = marker === '' ? undefined : input.UploadIdMarker;
    const from: ListPosition =
      marker === '' ? { kind: 'start' } : { kind: after === undefined ? 'after' : 'at', key: marker };
    const read = uploadReader(deps.store.db, bucket.name, prefix, { key: marker, uploadId: after });
    const page = await collectPage({ prefix, delimiter, most, from, shown: marker }, read);
    const owner = ownersIn(bucket);
    const last = page.items.at(-1);
    return {
      Bucket: bucket.name,
      KeyMarker: write(marker),
      UploadIdMarker: input.UploadIdMarker ?? '',
      Prefix: write(prefix),
      MaxUploads: most,
      IsTruncated: page.isTruncated,
      Uploads: page.items.flatMap((item) =>
        item.kind === 'row' ? [shownUpload(item.row, write, owner)] : [],
      ),
      CommonPrefixes: page.items.flatMap((item) =>
        item.kind === 'prefix' ? [{ Prefix: write(item.prefix) }] : [],
      ),
      ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(last?.kind === 'row'
        ? { NextKeyMarker: write(last.row.key), NextUploadIdMarker: last.row.uploadId }
        : {}),
      ...(last?.kind === 'prefix' ? { NextKeyMarker: write(last.prefix) } : {}),
    };
  };
}

function shownUpload(
  upload: StoredUpload,
  write: (text: string) => string,
  ownerOf: ReturnType<typeof ownersIn>,
) {
  const { algorithm, checksumType, initiator, object } = upload.details;
  return {
    UploadId: upload.uploadId,
    Key: write(upload.key),
    Initiated: new Date(upload.initiatedAtMs),
    StorageClass: object.storageClass as StorageClass,
    Owner: ownerOf({ details: object }),
    Initiator: { ID: initiator },
    ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
  };
}

/** Reads uploads in the order of the list. Their `sequence` stands for the place of an upload among its key's. */
function uploadReader(
  db: Kysely<Database>,
  bucket: string,
  prefix: string,
  first: { readonly key: string; readonly uploadId: string | undefined },
): ReadRows<ListedUpload> {
  const end = prefix === '' ? undefined : successorOf(prefix);
  let last = first;
  return async (from, limit) => {
    let query = db.selectFrom('s3_uploads').selectAll().where('bucket', '=', bucket);
    if (prefix !== '') query = query.where('key', '>=', prefix);
    if (end !== undefined) query = query.where('key', '<', end);
    if (from.kind === 'after') query = query.where('key', '>', from.key);
    if (from.kind === 'at' || from.kind === 'older') query = query.where('key', '>=', from.key);
    const { key, uploadId } = last;
    if (from.kind !== 'start' && from.kind !== 'after' && from.key === key && uploadId !== undefined) {
      query = query.where((row) => row.or([row('key', '>', key), row('upload_id', '>', uploadId)]));
    }
    const rows = await query.orderBy('key').orderBy('upload_id').limit(limit).execute();
    const uploads = rows.map((row) => ({ ...storedUploadOf(row), sequence: 0 }));
    last = uploads.at(-1) ?? last;
    return uploads;
  };
}
