import type { CreateBucketConfiguration } from '@aws-sdk/client-s3';
import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { namesList } from '../lists/given-list.ts';

/** What a request needs that is about no bucket there is: all others are asked when their bucket is found. */
export function s3Actions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region }: RequestContext,
): readonly RequestedAction[] {
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation !== 'CreateBucket') return [];
  const resource = `arn:${partitionOf(region)}:s3:::${String(input['Bucket'])}`;
  const actions = ['s3:CreateBucket'];
  if (input['ObjectOwnership'] !== undefined) actions.push('s3:PutBucketOwnershipControls');
  if (namesList(input)) actions.push('s3:PutBucketAcl');
  const wanted = input['CreateBucketConfiguration'] as CreateBucketConfiguration | undefined;
  const keys = { 's3:LocationConstraint': wanted?.LocationConstraint };
  return actions.map((action) => ({ action, resource, keys }));
}
