import type {
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
  ObjectVersionStorageClass,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import { ownersIn } from '../lists/object-owner.ts';
import { checkVersionId } from '../objects/object-key.ts';
import { findVersion } from '../objects/object-rows.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument } from '../s3-errors.ts';
import { collectPage, type ListItem, type ListPosition } from './collect-page.ts';
import { listRows } from './list-rows.ts';
import { checkMaxKeys, keyWriter, listedObject } from './list-words.ts';

/** All versions and delete markers, by key and the newest first. */
export function listObjectVersions(
  deps: S3Dependencies,
): OperationHandler<ListObjectVersionsRequest, ListObjectVersionsOutput> {
  return async (input, context) => {
    const { Bucket: name = '', Delimiter: delimiter = '', Prefix: prefix = '' } = input;
    const keys = { 's3:prefix': prefix, 's3:delimiter': delimiter };
    const bucket = await admit(deps, input, context, 'ListBucketVersions', keys);
    const most = checkMaxKeys(input.MaxKeys);
    const write = keyWriter(input.EncodingType);
    const from = await startOf(deps, input);
    const scope = { bucket: name, prefix, showsVersions: true };
    const shown = input.VersionIdMarker === undefined ? input.KeyMarker : undefined;
    const page = await collectPage({ prefix, delimiter, most, from, shown }, listRows(deps.store.db, scope));
    const owner = ownersIn(bucket);
    const rows = page.items.flatMap((item) => (item.kind === 'row' ? [item.row] : []));
    return {
      IsTruncated: page.isTruncated,
      KeyMarker: write(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      Name: name,
      Prefix: write(prefix),
      MaxKeys: most,
      Versions: rows
        .filter((row) => row.is_delete_marker === 0)
        .map((row) => ({
          ...listedObject(row, write, owner),
          ...placeOf(row),
          // The model has fewer words for it here.
          StorageClass: listedObject(row, write, owner).StorageClass as ObjectVersionStorageClass,
        })),
      DeleteMarkers: rows
        .filter((row) => row.is_delete_marker === 1)
        .map((row) => {
          const { Key, LastModified, Owner } = listedObject(row, write, owner);
          return { Key, LastModified, Owner, ...placeOf(row) };
        }),
      CommonPrefixes: page.items.flatMap((item) =>
        item.kind === 'prefix' ? [{ Prefix: write(item.prefix) }] : [],
      ),
      ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(page.isTruncated ? markersOf(page.items.at(-1), write) : {}),
    };
  };
}

function placeOf({ version_id, is_latest }: S3ObjectTable) {
  return { VersionId: version_id, IsLatest: is_latest === 1 };
}

function markersOf(last: ListItem<S3ObjectTable> | undefined, write: (text: string) => string) {
  if (last === undefined) return {};
  if (last.kind === 'prefix') return { NextKeyMarker: write(last.prefix) };
  return { NextKeyMarker: write(last.row.key), NextVersionIdMarker: last.row.version_id };
}

/** @throws InvalidArgument */
async function startOf(
  { store }: S3Dependencies,
  { Bucket: bucket = '', KeyMarker: key = '', VersionIdMarker }: ListObjectVersionsRequest,
): Promise<ListPosition> {
  if (VersionIdMarker === '') {
    throw invalidArgument('A version-id marker cannot be empty.', 'version-id-marker', '');
  }
  if (VersionIdMarker !== undefined && key === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      VersionIdMarker,
    );
  }
  if (key === '') return { kind: 'start' };
  if (VersionIdMarker === undefined) return { kind: 'after', key };
  const version = await findVersion(store.db, { bucket, key }, checkVersionId(VersionIdMarker));
  // Of a version that has gone in between the place is unknown: its key's others come again.
  return version === undefined ? { kind: 'at', key } : { kind: 'older', key, sequence: version.sequence };
}
