import type { ListBucketsOutput, ListBucketsRequest } from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { invalidArgument } from '../s3-errors.ts';
import { storedBucketOf, canonicalUserId } from './stored-bucket.ts';

const MOST = 10_000;

/** The caller's own buckets in all Regions, by name. */
export function listBuckets(deps: S3Dependencies): OperationHandler<ListBucketsRequest, ListBucketsOutput> {
  return async ({ Prefix, BucketRegion, ContinuationToken, MaxBuckets }, { accountId }) => {
    const most = MaxBuckets ?? MOST;
    if (!Number.isInteger(most) || most < 1 || most > MOST) {
      throw invalidArgument(
        'Argument max-buckets must be an integer between 1 and 10000.',
        'max-buckets',
        most,
      );
    }
    const after = ContinuationToken === undefined ? '' : nameIn(ContinuationToken);
    const rows = await deps.store.db
      .selectFrom('s3_buckets')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('name', '>', after)
      .$if(BucketRegion !== undefined, (query) => query.where('region', '=', BucketRegion ?? ''))
      .$if(Prefix !== undefined, (query) =>
        query.where('name', '>=', Prefix ?? '').where('name', '<', `${Prefix ?? ''}\u{10FFFF}`),
      )
      .orderBy('name')
      .limit(most + 1)
      .execute();
    const page = rows.slice(0, most).map(storedBucketOf);
    const last = page.at(-1);
    return {
      Buckets: page.map(({ name, createdAtMs, region, arn }) => ({
        Name: name,
        CreationDate: new Date(createdAtMs),
        BucketRegion: region,
        BucketArn: arn,
      })),
      Owner: { ID: canonicalUserId(accountId) },
      ...(Prefix === undefined ? {} : { Prefix }),
      ...(rows.length > most && last !== undefined
        ? { ContinuationToken: Buffer.from(last.name).toString('base64url') }
        : {}),
    };
  };
}

function nameIn(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (Buffer.from(name).toString('base64url') === token && name !== '') return name;
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}
