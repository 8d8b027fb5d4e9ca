import type { RequestContext } from '../../../aws/service.ts';
import { identityArn, uniqueId } from '../../../model/identity/identity-names.ts';
import type { IdentityKind } from '../../../model/identity/stored-identity.ts';
import { partitionOf } from '../../../model/stored-function.ts';

/** What everything new has. */
export function newEntity<K extends IdentityKind>(
  kind: K,
  name: string,
  path: string | undefined,
  context: RequestContext,
  nowMs: number,
) {
  const { accountId, region } = context;
  const place = { path: path ?? '/', name };
  return {
    kind,
    accountId,
    ...place,
    id: uniqueId(kind),
    arn: identityArn(partitionOf(region), accountId, kind, place),
    // Dates are shown to the second.
    createdMs: Math.floor(nowMs / 1000) * 1000,
  };
}

/** The ARN under another name or path. */
export function movedArn(arn: string, place: { readonly path: string; readonly name: string }): string {
  const [, partition = 'aws', , , accountId = '', resource = ''] = arn.split(':');
  const kind = resource.slice(0, resource.indexOf('/')) as IdentityKind;
  return identityArn(partition, accountId, kind, place);
}
