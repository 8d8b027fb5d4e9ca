import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { type AccessPolicies, authorize, denialMessage } from '../../../model/policy/authorize.ts';
import type { CompiledPolicy } from '../../../model/policy/evaluate-policy.ts';
import { accountRoot, type Principal, requestKeys } from '../../../model/policy/principal.ts';
import type { ObjectActor, ObjectCaller } from '../../../model/object-ports.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { findBucket } from '../buckets/bucket-rows.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { isGrantedByBucket } from '../lists/granted.ts';
import { bucketGrants, hasLists, ignoresPublicLists } from '../lists/ownership.ts';
import { policyOf } from '../settings/bucket-policy.ts';
import { publicAccessBlock } from '../settings/public-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { accessDenied, noSuchBucket } from '../s3-errors.ts';
import { type Keys, type RequestFacts, requestFacts } from './condition-keys.ts';

export type AccessDependencies = Pick<S3Dependencies, 'store' | 'clock' | 'identities'>;

/** What a request names. */
export interface Named extends RequestFacts {
  readonly Bucket: string | undefined;
  readonly Key?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** The bucket a request is about, if its caller may do this with it or with its object. @throws NoSuchBucket, AccessDenied */
export async function admit(
  deps: AccessDependencies,
  named: Named,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): Promise<StoredBucket> {
  const bucket = await admitAny(deps, named);
  const all = { ...requestFacts(named, context), ...keys };
  const denial = denialOf(deps, bucket, named.Key, context, action, all);
  if (denial !== undefined) throw accessDenied(denial);
  return bucket;
}

/** The bucket a request is about, whatever its caller may do with it. @throws NoSuchBucket, AccessDenied for another owner's */
export async function admitAny(
  { store }: Pick<AccessDependencies, 'store'>,
  { Bucket: name = '', ExpectedBucketOwner: expected }: Named,
): Promise<StoredBucket> {
  const bucket = await findBucket(store.db, name);
  if (bucket === undefined) throw noSuchBucket(name);
  if (expected !== undefined && expected !== bucket.accountId) throw accessDenied();
  return bucket;
}

/** What the root user of a bucket's account can always do, so that no policy shuts everybody out for good. */
const OWNERS_RIGHT: ReadonlySet<string> = new Set([
  'DeleteBucketPolicy',
  'GetBucketPolicy',
  'PutBucketPolicy',
]);

/** Why the caller may not do this with a bucket or with what is to be in it; undefined when it may. */
export function denialOf(...asked: Parameters<typeof judge>): string | undefined {
  const [, bucket, , , action] = asked;
  const { principal, denial } = judge(...asked);
  if (denial === undefined || denial.isFinal || !hasLists(bucket)) return denial?.message;
  const [grants, ignoresPublic] = [bucketGrants(bucket), ignoresPublicLists(bucket)];
  return isGrantedByBucket({ grants, principal, action, ignoresPublic }) ? undefined : denial.message;
}

interface Judgement {
  readonly principal: Principal;
  /** Undefined: policies let the caller do it. */
  readonly denial?: { readonly message: string; readonly isFinal: boolean } | undefined;
}

/** What policies have to say. A denial that is not final leaves it to access control lists. */
export function judge(
  { clock, identities }: AccessDependencies,
  bucket: StoredBucket,
  key: string | undefined,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): Judgement {
  const isOwn = bucket.accountId === context.accountId;
  const facts = globalKeys(contextFacts(context, clock.now(), bucket.accountId));
  // Where nothing is verified, whoever signs nothing has the default account; its own policies have no say elsewhere.
  if (context.accessKeyId === undefined && (identities.isStrict || !isOwn)) {
    const policies = { own: undefined, resource: resourcePolicy(bucket, undefined) };
    const denial = decide(bucket, key, ANONYMOUS, action, policies, { ...facts, ...keys });
    return { principal: ANONYMOUS, denial: denial && { ...denial, message: 'Access Denied' } };
  }
  const own = identities.policiesOf(context.caller);
  const isOwners = isOwn && own === undefined && OWNERS_RIGHT.has(action);
  const resource = isOwners ? undefined : resourcePolicy(bucket, context.accountId);
  const { principal } = context.caller;
  if (isOwn && own === undefined && resource?.hasDeny !== true) return { principal };
  const denial = decide(bucket, key, principal, action, { own, resource }, { ...facts, ...keys });
  return { principal, denial };
}

const ANONYMOUS: Principal = { type: 'Anonymous' };

/** A public policy opens a bucket to nobody outside its account while its public access is blocked. */
function resourcePolicy(bucket: StoredBucket, accountId: string | undefined): CompiledPolicy | undefined {
  const policy = policyOf(bucket);
  if (policy === undefined || !policy.isPublic || accountId === bucket.accountId) return policy?.compiled;
  return publicAccessBlock(bucket.settings)?.RestrictPublicBuckets === true ? undefined : policy.compiled;
}

/** @throws AccessDenied unless somebody for whom the platform acts may do this */
export function checkActor(
  { identities }: Pick<AccessDependencies, 'identities'>,
  bucket: StoredBucket,
  key: string,
  actor: ObjectActor | ObjectCaller,
  { action, keys }: { readonly action: string; readonly keys?: Keys },
): void {
  const resource = policyOf(bucket)?.compiled;
  const own = actor.kind === 'caller' ? identities.policiesOf(actor.caller) : undefined;
  const principal = principalOf(actor, bucket);
  const isOwn = principal.type === 'AWS' && principal.accountId === bucket.accountId;
  if (isOwn && own === undefined && resource?.hasDeny !== true) return;
  const all = { ...actorKeys(actor), ...keys };
  const denial = decide(bucket, key, principal, action, { own, resource }, all);
  if (denial !== undefined) throw accessDenied(denial.message);
}

function principalOf(actor: ObjectActor | ObjectCaller, { region }: StoredBucket): Principal {
  if (actor.kind === 'caller') return actor.caller.principal;
  return actor.kind === 'service'
    ? { type: 'Service', name: actor.principal }
    : accountRoot(partitionOf(region), actor.accountId);
}

function actorKeys(actor: ObjectActor | ObjectCaller): Keys {
  if (actor.kind === 'caller') return actor.keys;
  return actor.kind === 'service'
    ? { 'aws:SourceArn': actor.sourceArn, 'aws:SourceAccount': actor.sourceAccount }
    : {};
}

function decide(
  bucket: StoredBucket,
  key: string | undefined,
  principal: Principal,
  action: string,
  policies: AccessPolicies,
  keys: Keys,
): Judgement['denial'] {
  const request = {
    principal,
    action: `s3:${action}`,
    resource: key === undefined ? bucket.arn : `${bucket.arn}/${key}`,
    resourceAccountId: bucket.accountId,
    keys: requestKeys(principal, {
      ...keys,
      'aws:ResourceAccount': bucket.accountId,
      's3:ResourceAccount': bucket.accountId,
    }),
  };
  const decision = authorize(request, policies);
  if (decision.isAllowed) return undefined;
  const { reason } = decision;
  return { message: denialMessage(request, reason), isFinal: reason !== 'resource-silent' };
}
