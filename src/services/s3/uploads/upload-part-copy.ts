import type { UploadPartCopyOutput, UploadPartCopyRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { checksumMembers } from '../contents/checksum-plan.ts';
import type { ByteRange } from '../contents/segments.ts';
import { entityTooLarge, MOST_BYTES } from '../objects/body-length.ts';
import { findCopySource } from '../objects/copy-source.ts';
import { openVersion } from '../objects/open-version.ts';
import { refuseKeyOfUpload } from '../objects/refused-settings.ts';
import { shownVersion, wholeSeconds } from '../objects/stored-object.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument } from '../s3-errors.ts';
import { checkPartNumber, partDigests, receivePart, shownChecksums } from './receive-part.ts';
import { requireUpload } from './upload-rows.ts';

/** Makes a part of an object that is there already, or of a range of it. */
export function uploadPartCopy(
  deps: S3Dependencies,
): OperationHandler<UploadPartCopyRequest, UploadPartCopyOutput> {
  return async (input, context) => {
    await admit(deps, input, context, 'PutObject');
    const partNumber = checkPartNumber(input.PartNumber);
    const upload = await requireUpload(deps.store.db, input);
    refuseKeyOfUpload(input);
    const { version, body } = await openVersion(deps, async () => {
      const source = await findCopySource(deps, input, context);
      const range = rangeOf(input.CopySourceRange, source.object.size);
      const size = range === undefined ? source.object.size : range.end - range.start + 1;
      if (size > MOST_BYTES) throw entityTooLarge(size);
      return { ...source, range };
    });
    const digests = partDigests(upload, undefined, 0);
    const { md5, checksums, modifiedAtMs } = await receivePart(deps, input, partNumber, { body, digests });
    const { VersionId: source } = shownVersion(version.bucket.versioning, version.object.versionId);
    return {
      ServerSideEncryption: 'AES256',
      ...(source === undefined ? {} : { CopySourceVersionId: source }),
      CopyPartResult: {
        ETag: `"${md5}"`,
        LastModified: wholeSeconds(modifiedAtMs),
        ...checksumMembers(shownChecksums(upload, undefined, checksums)),
      },
    };
  };
}

/** Stricter than the ranges of reads. @throws InvalidArgument */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (!(start <= end)) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (end < size) return { start, end };
  throw invalidArgument(
    `Range specified is not valid for source object of size: ${size}`,
    'x-amz-copy-source-range',
    header,
  );
}
