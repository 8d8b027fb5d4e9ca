import { decodedSource } from '../copy-source-text.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { isTagKey, OF_OBJECTS } from '../../../model/policy/absent-keys.ts';
import { listOf, type PolicyDocument } from '../../../model/policy/policy-document.ts';

/** Conditions that are known of a request, such as `s3:prefix`. */
export type Keys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What requests say of themselves that conditions ask for; their names are the input's. */
export interface RequestFacts {
  readonly CopySource?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly MetadataDirective?: string | undefined;
  readonly ObjectOwnership?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly StorageClass?: string | undefined;
  /** As the header has them, or as the document does. */
  readonly Tagging?: unknown;
  readonly UploadId?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
}

/** The condition keys of a request beside those of every service and those that only its operation knows. */
export function requestFacts(given: RequestFacts, context: RequestContext): Keys {
  // Whoever goes on with an upload has what it was begun with.
  const encryption = given.UploadId === undefined ? given.ServerSideEncryption : 'AES256';
  return {
    's3:authType': authTypeOf(context),
    's3:if-match': given.IfMatch,
    's3:if-none-match': given.IfNoneMatch,
    's3:max-keys': given.MaxKeys?.toString(),
    's3:VersionId': given.VersionId,
    's3:x-amz-content-sha256': context.header('x-amz-content-sha256'),
    's3:x-amz-copy-source': given.CopySource === undefined ? undefined : writtenSource(given.CopySource),
    's3:x-amz-metadata-directive': given.MetadataDirective,
    's3:x-amz-object-ownership': given.ObjectOwnership,
    's3:x-amz-server-side-encryption': encryption,
    's3:x-amz-storage-class': given.StorageClass,
    's3:x-amz-website-redirect-location': given.WebsiteRedirectLocation,
    ...(given.Tagging === undefined ? {} : tagKeys(tagsOf(given.Tagging))),
  };
}

/** As policies write it, `bucket/key`: however it is encoded, and with or without a slash in front. */
function writtenSource(source: string): string {
  return decodedSource(source)?.replace(/^\//, '') ?? source;
}

function authTypeOf(context: RequestContext): string | undefined {
  if (context.accessKeyId === undefined) return undefined;
  if (context.operation === 'PostObject') return 'POST';
  return context.header('authorization') === undefined ? 'REST-QUERY-STRING' : 'REST-HEADER';
}

/** What is wrong with tags is told later: here nobody is to be let in or kept out by half of them. */
function tagsOf(given: unknown): readonly (readonly [string, string])[] {
  if (typeof given === 'string') return [...new URLSearchParams(given)];
  const { TagSet: tags = [] } = (given ?? {}) as {
    readonly TagSet?: readonly { readonly Key?: string; readonly Value?: string }[];
  };
  return tags.map(({ Key = '', Value = '' }) => [Key, Value]);
}

function tagKeys(tags: readonly (readonly [string, string])[]): Keys {
  const each = Object.fromEntries(tags.map(([key, value]) => [`s3:RequestObjectTag/${key}`, value]));
  return { ...each, 's3:RequestObjectTagKeys': tags.map(([key]) => key) };
}

/** In lower case; beside those above, what is only ever there with what S3 offers elsewhere and refuses here. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'accessGrantsInstanceArn',
    'AccessPointNetworkOrigin',
    'authType',
    'DataAccessPointAccount',
    'DataAccessPointArn',
    'delimiter',
    'destinationRegion',
    'if-match',
    'if-none-match',
    'InventoryAccessibleOptionalFields',
    'isReplicationPauseRequest',
    'LocationConstraint',
    'max-keys',
    'object-lock-legal-hold',
    'object-lock-mode',
    'object-lock-remaining-retention-days',
    'object-lock-retain-until-date',
    'prefix',
    'RequestObjectTagKeys',
    'ResourceAccount',
    // Connections below TLS 1.2 are not taken.
    'TlsVersion',
    'VersionId',
    'x-amz-acl',
    'x-amz-content-sha256',
    'x-amz-copy-source',
    'x-amz-grant-full-control',
    'x-amz-grant-read',
    'x-amz-grant-read-acp',
    'x-amz-grant-write',
    'x-amz-grant-write-acp',
    'x-amz-metadata-directive',
    'x-amz-object-ownership',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-server-side-encryption-customer-algorithm',
    'x-amz-storage-class',
    'x-amz-website-redirect-location',
  ].map((name) => `s3:${name}`.toLowerCase()),
);

type KeyProblem = { readonly key: string; readonly isUnknown: boolean };

/** The first condition key of a bucket's policy that requests do not have. */
export function keyProblem(document: PolicyDocument): KeyProblem | undefined {
  const keys = listOf(document.Statement).flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap(Object.keys),
  );
  for (const key of keys) {
    const lower = key.toLowerCase();
    if (OF_OBJECTS.test(lower) || isTagKey(key)) return { key, isUnknown: false };
    const isS3s = lower.startsWith('s3:');
    if (isS3s && !KNOWN.has(lower) && !/^s3:(?:requestobjecttag|accesspointtag|buckettag)\//.test(lower))
      return { key, isUnknown: true };
  }
  return undefined;
}
