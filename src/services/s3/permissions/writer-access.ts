import type { RequestContext } from '../../../aws/service.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { type GivenList, listKeys, namesList } from '../lists/given-list.ts';
import { type AccessDependencies, admit, type Named } from './bucket-access.ts';

/** The bucket an object is to be put into, with the list it comes with. @throws NoSuchBucket, AccessDenied */
export async function admitWriter(
  deps: AccessDependencies,
  input: Named & GivenList,
  context: RequestContext,
): Promise<StoredBucket> {
  const keys = listKeys(input);
  const bucket = await admit(deps, input, context, 'PutObject', keys);
  if (namesList(input)) await admit(deps, input, context, 'PutObjectAcl', keys);
  return bucket;
}
