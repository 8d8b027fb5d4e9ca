import type { ListPartsOutput, ListPartsRequest, StorageClass } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { checksumMembers } from '../contents/checksum-plan.ts';
import { abortion } from '../lifecycle/announced-ends.ts';
import { checkMaxKeys, checkPartMarker } from '../listing/list-words.ts';
import { ownersIn } from '../lists/object-owner.ts';
import { refuseKeyOfUpload } from '../objects/refused-settings.ts';
import { wholeSeconds } from '../objects/stored-object.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { requireUpload } from './upload-rows.ts';

export function listParts(deps: S3Dependencies): OperationHandler<ListPartsRequest, ListPartsOutput> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, 'ListMultipartUploadParts');
    const most = checkMaxKeys(input.MaxParts, 'max-parts');
    const marker = checkPartMarker(input.PartNumberMarker);
    const { uploadId, key, details, initiatedAtMs } = await requireUpload(deps.store.db, input);
    refuseKeyOfUpload(input);
    const rows = await deps.store.db
      .selectFrom('s3_parts')
      .selectAll()
      .where('content_id', '=', uploadId)
      .where('part_number', '>', marker)
      .orderBy('part_number')
      .limit(most + 1)
      .execute();
    const page = rows.slice(0, most);
    const { algorithm } = details;
    return {
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(page.at(-1)?.part_number ?? 0),
      MaxParts: most,
      ...abortion(bucket, key, initiatedAtMs),
      IsTruncated: rows.length > most && most > 0,
      Parts: page.map((part) => ({
        PartNumber: part.part_number,
        LastModified: wholeSeconds(part.modified_at_ms),
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...(algorithm === undefined ? {} : checksumMembers(only(part.checksums, algorithm))),
      })),
      Initiator: { ID: details.initiator },
      Owner: ownersIn(bucket)({ details: details.object }),
      StorageClass: details.object.storageClass as StorageClass,
      ...(algorithm === undefined
        ? {}
        : { ChecksumAlgorithm: algorithm, ChecksumType: details.checksumType }),
    };
  };
}

function only(checksums: string, algorithm: string): Record<string, string> {
  const value = (JSON.parse(checksums) as Record<string, string>)[algorithm];
  return value === undefined ? {} : { [algorithm]: value };
}
