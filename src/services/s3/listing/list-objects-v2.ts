import type { ListObjectsV2Output, ListObjectsV2Request } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import { ownersIn } from '../lists/object-owner.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument } from '../s3-errors.ts';
import { collectPage, type ListItem, type ListPosition } from './collect-page.ts';
import { listRows } from './list-rows.ts';
import { checkMaxKeys, keyWriter, listedObject } from './list-words.ts';

interface Start {
  readonly from: ListPosition;
  readonly shown: string | undefined;
}

/** The list of today: pages go on by tokens. */
export function listObjectsV2(
  deps: S3Dependencies,
): OperationHandler<ListObjectsV2Request, ListObjectsV2Output> {
  return async (input, context) => {
    const { Bucket: name = '', Delimiter: delimiter = '', Prefix: prefix = '' } = input;
    const keys = { 's3:prefix': prefix, 's3:delimiter': delimiter };
    const bucket = await admit(deps, input, context, 'ListBucket', keys);
    const most = checkMaxKeys(input.MaxKeys);
    const write = keyWriter(input.EncodingType);
    const scope = { bucket: name, prefix, showsVersions: false };
    const page = await collectPage(
      { prefix, delimiter, most, ...startOf(input) },
      listRows(deps.store.db, scope),
    );
    const owner = input.FetchOwner === true ? ownersIn(bucket) : undefined;
    const last = page.items.at(-1);
    return {
      IsTruncated: page.isTruncated,
      Contents: page.items.flatMap((item) =>
        item.kind === 'row' ? [listedObject(item.row, write, owner)] : [],
      ),
      Name: name,
      Prefix: write(prefix),
      MaxKeys: most,
      CommonPrefixes: page.items.flatMap((item) =>
        item.kind === 'prefix' ? [{ Prefix: write(item.prefix) }] : [],
      ),
      KeyCount: page.items.length,
      ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
      ...(input.StartAfter === undefined ? {} : { StartAfter: write(input.StartAfter) }),
      ...(page.isTruncated && last !== undefined ? { NextContinuationToken: tokenOf(last) } : {}),
    };
  };
}

/** @throws InvalidArgument for a token that is none of ours */
function startOf({ ContinuationToken: token, StartAfter: after }: ListObjectsV2Request): Start {
  if (token === undefined) {
    const from: ListPosition =
      after === undefined || after === '' ? { kind: 'start' } : { kind: 'after', key: after };
    return { from, shown: undefined };
  }
  const text = Buffer.from(token, 'base64url').toString();
  const [kind, key] = [text.slice(0, 1), text.slice(1)];
  if (!/^[kp]/.test(text) || Buffer.from(text).toString('base64url') !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { from: { kind: 'after', key }, shown: kind === 'p' ? key : undefined };
}

function tokenOf(last: ListItem<S3ObjectTable>): string {
  const text = last.kind === 'row' ? `k${last.row.key}` : `p${last.prefix}`;
  return Buffer.from(text).toString('base64url');
}
