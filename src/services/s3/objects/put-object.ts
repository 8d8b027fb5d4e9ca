import type { PutObjectCommandInput, PutObjectOutput } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { BodyDigests } from '../contents/body-digests.ts';
import { checksumMembers, checksumPlan, DEFAULT_ALGORITHM } from '../contents/checksum-plan.ts';
import { insertContent } from '../contents/content-rows.ts';
import { receiveBody } from '../contents/receive-body.ts';
import { newObjectAccess } from '../lists/new-object-list.ts';
import { admit } from '../permissions/bucket-access.ts';
import { admitWriter } from '../permissions/writer-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { notBuilt } from '../s3-errors.ts';
import { checkLength, declaredBytes } from './body-length.ts';
import { writeCheck } from './conditions.ts';
import { originOf } from './event-origin.ts';
import { detailsOf } from './object-details.ts';
import { checkKey } from './object-key.ts';
import { tagsOfHeader } from './object-tags.ts';
import { refuseSettings } from './refused-settings.ts';
import { changeObjects, writeVersion } from './write-version.ts';

type Input = PutObjectCommandInput & { readonly Body?: Uint8Array | AsyncIterable<Uint8Array> };

/** Streams an object to disk, and replaces the one that was there when all of it is. */
export function putObject(deps: S3Dependencies): OperationHandler<Input, PutObjectOutput> {
  return async (input, context) => {
    const tags = tagsOfHeader(input.Tagging);
    const bucket = await admitWriter(deps, input, context);
    if (Object.keys(tags).length > 0) await admit(deps, input, context, 'PutObjectTagging');
    const key = checkKey(input.Key);
    const name = { bucket: input.Bucket ?? '', key };
    refuseSettings(input);
    if (input.WriteOffsetBytes !== undefined)
      throw notBuilt('x-amz-write-offset-bytes', 'appending to objects');
    const access = newObjectAccess(input, bucket, context, deps.identities.isStrict);
    const details = { ...detailsOf(input, context), access };
    const plan = checksumPlan(input, context);
    const reception = {
      body: input.Body ?? new Uint8Array(),
      digests: new BodyDigests(
        plan,
        plan.algorithm === undefined ? [DEFAULT_ALGORITHM] : [],
        declaredBytes(context),
      ),
      check: checkLength(context),
      trailers: () => context.trailers,
    };
    const event = context.operation === 'PostObject' ? 'ObjectCreated:Post' : 'ObjectCreated:Put';
    const rules = { event, origin: originOf(context), check: writeCheck(key, input) } as const;
    return await receiveBody(deps, reception, async ({ contentId, size, md5, checksums }) => {
      const written = await changeObjects(deps, async (tx, aftermath) => {
        if (contentId !== undefined) await insertContent(tx, contentId, size);
        const version = { ...name, etag: md5, size, contentId, details: { ...details, checksums }, tags };
        return await writeVersion(deps, tx, version, rules, aftermath);
      });
      return {
        ETag: `"${md5}"`,
        ServerSideEncryption: 'AES256',
        ChecksumType: details.checksumType,
        ...checksumMembers(checksums),
        ...written.shown,
      };
    });
  };
}
