import type { PutObjectCommandInput, PutObjectOutput } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { insertContent } from '../contents/content-rows.ts';
import { receiveBody } from '../contents/receive-body.ts';
import { admit } from '../permissions/bucket-access.ts';
import { refuseList } from '../settings/access-lists.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { originOf } from './event-origin.ts';
import { checkLength } from './body-length.ts';
import { detailsOf } from './object-details.ts';
import { checkKey } from './object-key.ts';
import { shownVersion } from './stored-object.ts';
import { changeObjects, writeVersion } from './write-version.ts';

type Input = PutObjectCommandInput & { readonly Body?: Uint8Array | AsyncIterable<Uint8Array> };

/** Streams an object to disk, and replaces the one that was there when all of it is. */
export function putObject(deps: S3Dependencies): OperationHandler<Input, PutObjectOutput> {
  return async (input, context) => {
    await admit(deps, input, context, 'PutObject');
    refuseList(input);
    const name = { bucket: input.Bucket ?? '', key: checkKey(input.Key) };
    const details = detailsOf(input, context);
    const isForm = context.operation === 'PostObject';
    // A form's length is not that of the object in it.
    const expected = isForm ? () => undefined : checkLength(context);
    const event = isForm ? 'ObjectCreated:Post' : 'ObjectCreated:Put';
    const rules = { event, origin: originOf(context) } as const;
    return await receiveBody(deps, input.Body ?? new Uint8Array(), expected, async (received) => {
      const { contentId, size, md5 } = received;
      const written = await changeObjects(deps, async (tx, aftermath) => {
        if (contentId !== undefined) await insertContent(tx, contentId, size);
        const version = { ...name, etag: md5, size, contentId, details, tags: {} };
        return await writeVersion(deps, tx, version, rules, aftermath);
      });
      return {
        ETag: `"${md5}"`,
        ServerSideEncryption: 'AES256',
        ...shownVersion(written.bucket.versioning, written.versionId),
      };
    });
  };
}
