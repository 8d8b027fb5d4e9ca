import type { CopyObjectOutput, CopyObjectRequest } from '@aws-sdk/client-s3';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { ChecksumAlgorithm } from '../../../aws/checksums/checksum-algorithms.ts';
import { BodyDigests, type Digests } from '../contents/body-digests.ts';
import { checkAlgorithm, checksumMembers, DEFAULT_ALGORITHM } from '../contents/checksum-plan.ts';
import { shareContent } from '../contents/content-rows.ts';
import { newObjectAccess } from '../lists/new-object-list.ts';
import { admit } from '../permissions/bucket-access.ts';
import { admitWriter } from '../permissions/writer-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidRequest } from '../s3-errors.ts';
import { MOST_BYTES } from './body-length.ts';
import { writeCheck } from './conditions.ts';
import { type CopySource, findCopySource } from './copy-source.ts';
import { checkDirectives, copiedDetails, copiedTags } from './copy-directives.ts';
import { originOf } from './event-origin.ts';
import { checkKey } from './object-key.ts';
import { tagsOfHeader } from './object-tags.ts';
import { isGone, openVersion } from './open-version.ts';
import { refuseSettings } from './refused-settings.ts';
import { type ObjectDetails, shownVersion, type StoredObject, wholeSeconds } from './stored-object.ts';
import { changeObjects, writeVersion, type WrittenVersion } from './write-version.ts';

const TRIES = 5;

class SourceGone extends Error {}

/** Copies an object. The copy shares the bytes: they are read only where its checksums have to be worked out anew. */
export function copyObject(deps: S3Dependencies): OperationHandler<CopyObjectRequest, CopyObjectOutput> {
  return async (input, context) => {
    const bucket = await admitWriter(deps, input, context);
    checkKey(input.Key);
    refuseSettings(input);
    if (input.TaggingDirective === 'REPLACE' && Object.keys(tagsOfHeader(input.Tagging)).length > 0)
      await admit(deps, input, context, 'PutObjectTagging');
    const access = newObjectAccess(input, bucket, context, deps.identities.isStrict);
    checkDirectives(input);
    const algorithm = checkAlgorithm(input.ChecksumAlgorithm);
    for (let attempt = 1; ; attempt += 1) {
      const source = await findCopySource(deps, input, context);
      checkSource(source, input);
      await admitToTags(deps, source, input, context);
      try {
        const digests = await digestsOf(deps, source, algorithm);
        const written = await write(deps, source, { ...digests, access }, input, context);
        return answer(source, digests, written);
      } catch (error) {
        // The source was replaced in between, and its bytes are gone: the next look finds the new one.
        const isReplaced = error instanceof SourceGone || isGone(error);
        if (!isReplaced || attempt === TRIES) throw error;
      }
    }
  };
}

/** Tags that come along with an object are read there, and written here. @throws AccessDenied */
async function admitToTags(
  deps: S3Dependencies,
  { bucket, object, versionId }: CopySource,
  input: CopyObjectRequest,
  context: RequestContext,
): Promise<void> {
  if (input.TaggingDirective === 'REPLACE' || Object.keys(object.tags).length === 0) return;
  const source = { Bucket: bucket.name, Key: object.key, VersionId: versionId };
  const reading = versionId === undefined ? 'GetObjectTagging' : 'GetObjectVersionTagging';
  await admit(deps, source, context, reading);
  await admit(deps, input, context, 'PutObjectTagging');
}

/** @throws InvalidRequest */
function checkSource({ object, versionId }: CopySource, input: CopyObjectRequest): void {
  if (object.size > MOST_BYTES) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MOST_BYTES}`,
    );
  }
  const isItself = object.bucket === input.Bucket && object.key === input.Key && versionId === undefined;
  const changes = [input.StorageClass, input.WebsiteRedirectLocation, input.ServerSideEncryption];
  const isSame = input.MetadataDirective !== 'REPLACE' && changes.every((change) => change === undefined);
  if (!isItself || !isSame) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** What is known of a whole object is known of its copy; of one in parts it has to be worked out. */
async function digestsOf(
  deps: S3Dependencies,
  { object }: CopySource,
  wanted: ChecksumAlgorithm | undefined,
): Promise<Digests> {
  const { checksums, checksumType } = object.details;
  const [known] = Object.keys(checksums);
  const algorithm = wanted ?? checkAlgorithm(known) ?? DEFAULT_ALGORITHM;
  const value = checksumType === 'FULL_OBJECT' ? checksums[algorithm] : undefined;
  if (value !== undefined && object.partCount === undefined) {
    return { md5: object.etag, checksums: { [algorithm]: value } };
  }
  const digests = new BodyDigests(undefined, [algorithm], 0);
  const { body } = await openVersion(deps, async () => await Promise.resolve({ object, range: undefined }));
  for await (const bytes of body instanceof Uint8Array ? [body] : body) await digests.update(bytes);
  return await digests.finish(undefined);
}

/** @throws SourceGone when the source's bytes have just gone */
async function write(
  deps: S3Dependencies,
  { object }: CopySource,
  { md5, checksums, access }: Digests & Pick<ObjectDetails, 'access'>,
  input: CopyObjectRequest,
  context: RequestContext,
): Promise<WrittenVersion> {
  const { contentId, size } = object;
  const version = {
    bucket: input.Bucket ?? '',
    key: input.Key ?? '',
    etag: md5,
    size,
    contentId,
    details: { ...copiedDetails(object, input, context), checksums, access },
    tags: copiedTags(object, input),
  };
  const rules = {
    event: 'ObjectCreated:Copy',
    origin: originOf(context),
    check: writeCheck(version.key, input),
  } as const;
  return await changeObjects(deps, async (tx, aftermath) => {
    if (contentId !== undefined && !(await shareContent(tx, contentId))) throw new SourceGone();
    return await writeVersion(deps, tx, version, rules, aftermath);
  });
}

function answer(
  { bucket, object }: { readonly bucket: WrittenVersion['bucket']; readonly object: StoredObject },
  { md5, checksums }: Digests,
  written: WrittenVersion,
): CopyObjectOutput {
  const { VersionId: source } = shownVersion(bucket.versioning, object.versionId);
  return {
    ServerSideEncryption: 'AES256',
    ...(source === undefined ? {} : { CopySourceVersionId: source }),
    ...written.shown,
    CopyObjectResult: {
      ETag: `"${md5}"`,
      LastModified: wholeSeconds(written.modifiedAtMs),
      ChecksumType: 'FULL_OBJECT',
      ...checksumMembers(checksums),
    },
  };
}
