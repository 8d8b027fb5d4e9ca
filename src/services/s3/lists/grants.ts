import type { Grantee as ShownGrantee, Permission, Type } from '@aws-sdk/client-s3';

/** Who an access control list lets in: an account by its canonical id, or a group by its URI. */
export type Grantee = { readonly id: string } | { readonly uri: string };

export interface Grant {
  readonly grantee: Grantee;
  readonly permission: Permission;
}

export type Grants = readonly Grant[];

const GROUPS = 'http://acs.amazonaws.com/groups';
export const ALL_USERS: Grantee = { uri: `${GROUPS}/global/AllUsers` };
export const AUTHENTICATED_USERS: Grantee = { uri: `${GROUPS}/global/AuthenticatedUsers` };
export const LOG_DELIVERY: Grantee = { uri: `${GROUPS}/s3/LogDelivery` };

/** Who writes without a signature: AWS's own id for nobody. */
export const ANONYMOUS_ID = '65a011a29cdf8ec533ec3d1ccaae921c';

/** What everything has that was given no list: its owner may do everything, nobody else anything. */
export function ownersGrants(ownerId: string): Grants {
  return [{ grantee: { id: ownerId }, permission: 'FULL_CONTROL' }];
}

export function isOwnersOnly(grants: Grants, ownerId: string): boolean {
  return grants.every(({ grantee }) => 'id' in grantee && grantee.id === ownerId);
}

/** The groups that anybody is in, with an account of AWS or without. */
export function isPublicGrantee(grantee: Grantee): boolean {
  return 'uri' in grantee && [ALL_USERS, AUTHENTICATED_USERS].some((group) => isSame(group, grantee));
}

export function isPublic(grants: Grants): boolean {
  return grants.some(({ grantee }) => isPublicGrantee(grantee));
}

export function isSame(a: Grantee, b: Grantee): boolean {
  return 'id' in a ? 'id' in b && a.id === b.id : 'uri' in b && a.uri === b.uri;
}

/** A list as the API shows it. */
export function shownList(ownerId: string, grants: Grants) {
  return {
    Owner: { ID: ownerId },
    Grants: grants.map(({ grantee, permission }) => ({ Grantee: shown(grantee), Permission: permission })),
  };
}

function shown(grantee: Grantee): ShownGrantee {
  const kind: Type = 'id' in grantee ? 'CanonicalUser' : 'Group';
  return 'id' in grantee ? { Type: kind, ID: grantee.id } : { Type: kind, URI: grantee.uri };
}
