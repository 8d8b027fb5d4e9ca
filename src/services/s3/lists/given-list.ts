import type { AccessControlPolicy, Grant as GivenGrant, Permission } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { accessDenied, invalidArgument, invalidRequest } from '../s3-errors.ts';
import { cannedList, type ListOwners } from './canned-lists.ts';
import {
  ALL_USERS,
  AUTHENTICATED_USERS,
  type Grant,
  type Grantee,
  type Grants,
  isSame,
  LOG_DELIVERY,
} from './grants.ts';

/** What a request says of a list, in any of the three ways. */
export interface GivenList {
  readonly ACL?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly AccessControlPolicy?: AccessControlPolicy | undefined;
}

const HEADERS = {
  GrantFullControl: ['x-amz-grant-full-control', 'FULL_CONTROL'],
  GrantRead: ['x-amz-grant-read', 'READ'],
  GrantReadACP: ['x-amz-grant-read-acp', 'READ_ACP'],
  GrantWrite: ['x-amz-grant-write', 'WRITE'],
  GrantWriteACP: ['x-amz-grant-write-acp', 'WRITE_ACP'],
} as const satisfies Readonly<Record<string, readonly [string, Permission]>>;
const PERMISSIONS: ReadonlySet<unknown> = new Set(Object.values(HEADERS).map(([, permission]) => permission));

const CANONICAL_ID = /^[\da-f]{32,64}$/i;
const GROUPS = [ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY];
const MOST_GRANTS = 100;

/** Whether a request names a list at all, in its headers. */
export function namesList(given: GivenList): boolean {
  return given.ACL !== undefined || grantHeaders(given).length > 0;
}

/** The conditions of policies about lists: `s3:x-amz-acl` and so on. */
export function listKeys(given: GivenList): Readonly<Record<string, string | undefined>> {
  const granted = grantHeaders(given).map(([header, , text]) => [`s3:${header}`, text] as const);
  return { ...(given.ACL !== undefined && { 's3:x-amz-acl': given.ACL }), ...Object.fromEntries(granted) };
}

/** The list in a request's headers; undefined: none. @throws InvalidRequest, InvalidArgument, MethodNotAllowed */
export function headerList(given: GivenList, owners: ListOwners): Grants | undefined {
  const headers = grantHeaders(given);
  if (given.ACL !== undefined && headers.length > 0)
    throw invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed');
  if (given.ACL !== undefined) return cannedList(given.ACL, owners);
  if (headers.length === 0) return undefined;
  return headers.flatMap(([header, permission, text]) =>
    text.split(',').map((part) => ({ grantee: headerGrantee(part, header), permission })),
  );
}

/**
 * The list that PutBucketAcl or PutObjectAcl brings, in its headers or its body.
 * @throws MissingSecurityHeader, UnexpectedContent, MalformedACLError and what `headerList` throws
 */
export function givenList(given: GivenList, owners: ListOwners): Grants {
  const { AccessControlPolicy: body } = given;
  if (namesList(given) && body !== undefined)
    throw new ServiceError('UnexpectedContent', 'This request does not support content');
  const list = headerList(given, owners) ?? (body && bodyList(body, owners.ownerId));
  if (list !== undefined) return list;
  throw new ServiceError('MissingSecurityHeader', 'Your request was missing a required header', 400, {
    MissingHeaderName: 'x-amz-acl',
  });
}

function grantHeaders(given: GivenList): (readonly [string, Permission, string])[] {
  return Object.entries(HEADERS).flatMap(([member, [header, permission]]) => {
    const text = given[member as keyof typeof HEADERS];
    return text === undefined ? [] : [[header, permission, text] as const];
  });
}

/** `id="..."`, `uri="..."` */
function headerGrantee(part: string, header: string): Grantee {
  const [, kind, value = ''] = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*?)"?\s*$/i.exec(part) ?? [];
  const name = kind?.toLowerCase();
  if (name === 'id') return account(value, header);
  if (name === 'uri') return group(value, header);
  if (name === 'emailaddress') throw noAddresses();
  throw invalidArgument('Argument format not recognized', header, part.trim());
}

function bodyList({ Owner: owner, Grants: grants = [] }: AccessControlPolicy, ownerId: string): Grants {
  if (owner?.ID === undefined || grants.length > MOST_GRANTS) throw malformed();
  // Whose something is cannot be changed by its list.
  if (owner.ID !== ownerId) throw accessDenied();
  return grants.map(bodyGrant);
}

function bodyGrant({ Grantee: grantee, Permission: permission }: GivenGrant): Grant {
  if (grantee === undefined || permission === undefined || !PERMISSIONS.has(permission)) throw malformed();
  if (grantee.EmailAddress !== undefined) throw noAddresses();
  if (grantee.Type === 'CanonicalUser' && grantee.ID !== undefined)
    return { grantee: account(grantee.ID, 'CanonicalUser/ID'), permission };
  if (grantee.Type === 'Group' && grantee.URI !== undefined)
    return { grantee: group(grantee.URI, 'Group/URI'), permission };
  throw malformed();
}

function account(id: string, name: string): Grantee {
  if (!CANONICAL_ID.test(id)) throw invalidArgument('Invalid id', name, id);
  return { id: id.toLowerCase() };
}

function group(uri: string, name: string): Grantee {
  const found = GROUPS.find((each) => isSame(each, { uri }));
  if (found === undefined) throw invalidArgument('Invalid group uri', name, uri);
  return found;
}

/** AWS no longer knows accounts by their addresses. */
function noAddresses(): ServiceError {
  return new ServiceError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
  );
}

function malformed(): ServiceError {
  return new ServiceError(
    'MalformedACLError',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
