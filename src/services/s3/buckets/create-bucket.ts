import type { CreateBucketOutput, CreateBucketRequest } from '@aws-sdk/client-s3';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { checkBucketName } from './bucket-name.ts';
import { findBucket } from './bucket-rows.ts';
import { checkNewBucket } from './new-bucket.ts';
import type { StoredBucket } from './stored-bucket.ts';

/** Creates a bucket; in us-east-1 one that is the caller's already is as good. */
export function createBucket(
  deps: S3Dependencies,
): OperationHandler<CreateBucketRequest, CreateBucketOutput> {
  return async (input, context) => {
    const name = input.Bucket ?? '';
    checkBucketName(name);
    const { region, settings } = checkNewBucket(input, context);
    const row = {
      name,
      account_id: context.accountId,
      region,
      created_at_ms: deps.clock.now(),
      versioning: '' as const,
      settings: JSON.stringify(settings),
    };
    await deps.store.write(async (tx) => {
      const inserted = await tx
        .insertInto('s3_buckets')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .execute();
      if (inserted.length === 0) refuse(name, await findBucket(tx, name), context);
    });
    return { Location: `/${name}` };
  };
}

function refuse(name: string, existing: StoredBucket | undefined, context: RequestContext): void {
  if (existing?.accountId !== context.accountId) {
    throw new ServiceError(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
      { BucketName: name },
    );
  }
  if (existing.region === 'us-east-1' && context.region === 'us-east-1') return;
  throw new ServiceError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    { BucketName: name },
  );
}
