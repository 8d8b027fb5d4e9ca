import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/** What a request needs that is about no bucket there is: all others are asked when their bucket is found. */
export function s3Actions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region }: RequestContext,
): readonly RequestedAction[] {
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation !== 'CreateBucket') return [];
  return [
    { action: 's3:CreateBucket', resource: `arn:${partitionOf(region)}:s3:::${String(input['Bucket'])}` },
  ];
}
