import type { UploadPartCommandInput, UploadPartOutput } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { checksumMembers, checksumPlan } from '../contents/checksum-plan.ts';
import { checkLength, declaredBytes } from '../objects/body-length.ts';
import { refuseKeyOfUpload } from '../objects/refused-settings.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { checkPartNumber, partDigests, receivePart, shownChecksums } from './receive-part.ts';
import { requireUpload } from './upload-rows.ts';

type Input = Omit<UploadPartCommandInput, 'Body'> & {
  readonly Body?: Uint8Array | AsyncIterable<Uint8Array>;
};

export function uploadPart(deps: S3Dependencies): OperationHandler<Input, UploadPartOutput> {
  return async (input, context) => {
    await admit(deps, input, context, 'PutObject');
    const partNumber = checkPartNumber(input.PartNumber);
    const upload = await requireUpload(deps.store.db, input);
    refuseKeyOfUpload(input);
    const plan = checksumPlan(input, context);
    const { md5, checksums } = await receivePart(deps, input, partNumber, {
      body: input.Body ?? new Uint8Array(),
      digests: partDigests(upload, plan, declaredBytes(context)),
      check: checkLength(context),
      trailers: () => context.trailers,
    });
    return {
      ETag: `"${md5}"`,
      ServerSideEncryption: 'AES256',
      ...checksumMembers(shownChecksums(upload, plan, checksums)),
    };
  };
}
