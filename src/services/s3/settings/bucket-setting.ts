import type { OperationHandler } from '../../../aws/service.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import { changeSetting } from '../buckets/bucket-rows.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { admit, type Named } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';

/** A sub-resource of buckets: what it is stored as, and what is asked for before it is touched. */
export interface BucketSetting {
  /** Its name among the settings of a bucket. */
  readonly name: string;
  /** Without `s3:`, e.g. `GetBucketCORS`; deleting asks for the same as putting unless said otherwise. */
  readonly read: string;
  readonly write: string;
  readonly remove?: string;
}

/** @param output of what is stored; throws where nothing is */
export function getSetting<Output>(
  deps: S3Dependencies,
  setting: BucketSetting,
  output: (stored: unknown, bucket: StoredBucket) => Output,
): OperationHandler<Named, Output> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, setting.read);
    return output(bucket.settings[setting.name], bucket);
  };
}

/** @param read what is to be stored of an input; throws what is wrong with it */
export function putSetting<Input extends Named>(
  deps: S3Dependencies,
  setting: BucketSetting,
  read: (input: Input, bucket: StoredBucket) => unknown,
): OperationHandler<Input, undefined> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, setting.write);
    const value = read(input, bucket);
    await changeSetting(deps.store, bucket.name, setting.name, () => value);
    return undefined;
  };
}

/** What is not there is deleted already. */
export function deleteSetting(
  deps: S3Dependencies,
  setting: BucketSetting,
): OperationHandler<Named, undefined> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, setting.remove ?? setting.write);
    await changeSetting(deps.store, bucket.name, setting.name, () => undefined);
    return undefined;
  };
}

/** @throws the error of a sub-resource that was never put */
export function required(stored: unknown, missing: () => ServiceError): unknown {
  if (stored === undefined) throw missing();
  return stored;
}
