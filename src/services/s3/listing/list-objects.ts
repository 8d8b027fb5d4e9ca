import type { ListObjectsOutput, ListObjectsRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { ownersIn } from '../lists/object-owner.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { collectPage, type ListPosition } from './collect-page.ts';
import { listRows } from './list-rows.ts';
import { checkMaxKeys, keyWriter, listedObject } from './list-words.ts';

/** The first list of S3: a page begins behind a key or common prefix that its caller names. */
export function listObjects(deps: S3Dependencies): OperationHandler<ListObjectsRequest, ListObjectsOutput> {
  return async (input, context) => {
    const { Bucket: name = '', Delimiter: delimiter = '', Marker: marker = '', Prefix: prefix = '' } = input;
    const keys = { 's3:prefix': prefix, 's3:delimiter': delimiter };
    const bucket = await admit(deps, input, context, 'ListBucket', keys);
    const most = checkMaxKeys(input.MaxKeys);
    const write = keyWriter(input.EncodingType);
    const from: ListPosition = marker === '' ? { kind: 'start' } : { kind: 'after', key: marker };
    const scope = { bucket: name, prefix, showsVersions: false };
    const page = await collectPage(
      { prefix, delimiter, most, from, shown: marker },
      listRows(deps.store.db, scope),
    );
    const owner = ownersIn(bucket);
    const last = page.items.at(-1);
    return {
      IsTruncated: page.isTruncated,
      Marker: write(marker),
      Contents: page.items.flatMap((item) =>
        item.kind === 'row' ? [listedObject(item.row, write, owner)] : [],
      ),
      Name: name,
      Prefix: write(prefix),
      MaxKeys: most,
      CommonPrefixes: page.items.flatMap((item) =>
        item.kind === 'prefix' ? [{ Prefix: write(item.prefix) }] : [],
      ),
      ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(page.isTruncated && delimiter !== '' && last !== undefined
        ? { NextMarker: write(last.kind === 'row' ? last.row.key : last.prefix) }
        : {}),
    };
  };
}
