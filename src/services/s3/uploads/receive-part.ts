import { BodyDigests } from '../contents/body-digests.ts';
import type { ChecksumPlan } from '../contents/checksum-plan.ts';
import { DEFAULT_ALGORITHM } from '../contents/checksum-plan.ts';
import { discardFiles } from '../contents/content-rows.ts';
import { type Reception, receiveBody } from '../contents/receive-body.ts';
import { changeObjects } from '../objects/write-version.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument, invalidRequest } from '../s3-errors.ts';
import type { StoredUpload } from './stored-upload.ts';
import { lockUpload, replacePart, type UploadName } from './upload-rows.ts';

const MOST_PARTS = 10_000;

interface ReceivedPart {
  /** Hex */
  readonly md5: string;
  /** Those its client gets to see. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
}

/** @throws InvalidArgument */
export function checkPartNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= MOST_PARTS) return number;
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
    number,
  );
}

/** The digests a part of an upload needs, beside what its sender gives. @throws InvalidRequest */
export function partDigests(
  { details }: StoredUpload,
  plan: ChecksumPlan | undefined,
  declared: number,
): BodyDigests {
  const { algorithm, checksumType } = details;
  if (plan !== undefined && algorithm !== undefined && checksumType === 'COMPOSITE') {
    if (plan.algorithm !== algorithm) {
      const actual = plan.algorithm?.toLowerCase() ?? 'null';
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${actual}`,
      );
    }
  }
  return new BodyDigests(plan, [algorithm ?? DEFAULT_ALGORITHM], declared);
}

/** Streams a part to disk and counts it to its upload, in the place of an earlier one of its number. */
export async function receivePart(
  deps: S3Dependencies,
  name: UploadName,
  partNumber: number,
  reception: Omit<Reception, 'needsFile'>,
): Promise<ReceivedPart> {
  const received = { ...reception, needsFile: true };
  return await receiveBody(deps, received, async ({ contentId: fileId = '', size, md5, checksums }) => {
    const modifiedAtMs = deps.clock.now();
    await changeObjects(deps, async (tx, { discarded }) => {
      const { uploadId } = await lockUpload(deps.store, tx, name);
      const before = await replacePart(tx, {
        content_id: uploadId,
        part_number: partNumber,
        file_id: fileId,
        size,
        etag: md5,
        checksums: JSON.stringify(checksums),
        modified_at_ms: modifiedAtMs,
      });
      if (before === undefined) return;
      await discardFiles(tx, [before]);
      discarded.push({ contentId: uploadId, fileIds: [before] });
    });
    return { md5, checksums, modifiedAtMs };
  });
}

/** Checksums a client gets to see: what it gave, or what its upload was made for. */
export function shownChecksums(
  { details }: StoredUpload,
  plan: ChecksumPlan | undefined,
  checksums: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const algorithm = plan?.algorithm ?? details.algorithm ?? DEFAULT_ALGORITHM;
  const value = checksums[algorithm];
  return value === undefined ? {} : { [algorithm]: value };
}
