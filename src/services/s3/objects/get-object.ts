import type {
  GetObjectOutput,
  GetObjectRequest,
  HeadObjectOutput,
  HeadObjectRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { admitToObject } from '../permissions/object-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { outputOf } from './object-output.ts';
import { openVersion } from './open-version.ts';
import { findReadable } from './readable-version.ts';

type Output = Omit<GetObjectOutput, 'Body'> & { readonly Body?: Uint8Array | AsyncIterable<Uint8Array> };

export function getObject(deps: S3Dependencies): OperationHandler<GetObjectRequest, Output> {
  return async (input, context) => {
    const bucket = await admitToObject(deps, input, context, actionOf(input));
    const opened = await openVersion(deps, async () => await findReadable(deps, bucket, input, context));
    return { ...outputOf(bucket, opened.version, input, context), Body: opened.body };
  };
}

export function headObject(deps: S3Dependencies): OperationHandler<HeadObjectRequest, HeadObjectOutput> {
  return async (input, context) => {
    const bucket = await admitToObject(deps, input, context, actionOf(input));
    return outputOf(bucket, await findReadable(deps, bucket, input, context), input, context);
  };
}

function actionOf({ VersionId }: GetObjectRequest): string {
  return VersionId === undefined ? 'GetObject' : 'GetObjectVersion';
}
