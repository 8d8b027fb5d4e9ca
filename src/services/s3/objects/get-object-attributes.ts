import type {
  GetObjectAttributesOutput,
  GetObjectAttributesParts,
  GetObjectAttributesRequest,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { checksumMembers } from '../contents/checksum-plan.ts';
import { checkMaxKeys, checkPartMarker } from '../listing/list-words.ts';
import { admit } from '../permissions/bucket-access.ts';
import { admitToObject } from '../permissions/object-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument } from '../s3-errors.ts';
import { findPresent } from './readable-version.ts';
import { shownVersion, type StoredObject } from './stored-object.ts';

const ATTRIBUTES: ReadonlySet<string> = new Set([
  'ETag',
  'Checksum',
  'ObjectParts',
  'StorageClass',
  'ObjectSize',
]);

/** Facts about an object, those that are asked for. */
export function getObjectAttributes(
  deps: S3Dependencies,
): OperationHandler<GetObjectAttributesRequest, GetObjectAttributesOutput> {
  return async (input, context) => {
    const reading = input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion';
    const bucket = await admit(deps, input, context, `${reading}Attributes`);
    // What tells of an object is for who may read it.
    await admitToObject(deps, input, context, reading);
    const wanted = new Set<string>(input.ObjectAttributes ?? []);
    const unknown = [...wanted].find((name) => !ATTRIBUTES.has(name));
    if (unknown !== undefined || wanted.size === 0) {
      throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
    }
    const object = await findPresent(deps, bucket, input, context);
    const { checksums, checksumType, storageClass } = object.details;
    const hasParts = wanted.has('ObjectParts') && object.partCount !== undefined;
    return {
      LastModified: object.modifiedAt,
      ...shownVersion(bucket.versioning, object.versionId),
      ...(wanted.has('ETag') ? { ETag: object.etag } : {}),
      ...(wanted.has('Checksum')
        ? { Checksum: { ...checksumMembers(checksums), ChecksumType: checksumType } }
        : {}),
      ...(hasParts ? { ObjectParts: await partsOf(deps, object, input) } : {}),
      ...(wanted.has('StorageClass') ? { StorageClass: storageClass as StorageClass } : {}),
      ...(wanted.has('ObjectSize') ? { ObjectSize: object.size } : {}),
    };
  };
}

/** The parts themselves are told of where each has a checksum of its own that counts. */
async function partsOf(
  { contents }: S3Dependencies,
  { contentId, details, partCount }: StoredObject,
  input: GetObjectAttributesRequest,
): Promise<GetObjectAttributesParts> {
  const count = { TotalPartsCount: partCount };
  if (details.checksumType !== 'COMPOSITE' || contentId === undefined) return count;
  const most = checkMaxKeys(input.MaxParts, 'max-parts');
  const marker = checkPartMarker(input.PartNumberMarker);
  const rest = (await contents.parts(contentId)).filter((part) => part.part_number > marker);
  const page = rest.slice(0, most);
  return {
    ...count,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.part_number ?? 0),
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    Parts: page.map(({ part_number, size, checksums }) => {
      const all = JSON.parse(checksums) as Record<string, string>;
      const shown = Object.entries(all).filter(([algorithm]) => details.checksums[algorithm] !== undefined);
      return { PartNumber: part_number, Size: size, ...checksumMembers(Object.fromEntries(shown)) };
    }),
  };
}
