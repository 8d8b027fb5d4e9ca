import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import type { OnDeniedService } from '../../../model/denied-service.ts';
import {
  type AccessPolicies,
  type AccessRequest,
  authorize,
  denialMessage,
} from '../../../model/policy/authorize.ts';
import type { CompiledPolicy } from '../../../model/policy/evaluate-policy.ts';
import { accountRoot, type Principal, requestKeys } from '../../../model/policy/principal.ts';
import type { QueueSenderIdentity } from '../../../model/queue-ports.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { accessDenied, invalidArgument, notBuilt, notFound, streamNotFound } from '../kinesis-errors.ts';
import type { StoredConsumer, StoredStream } from '../streams/stored-stream.ts';
import { parseConsumerArn, parseStreamArn, type StreamName } from '../streams/stream-name.ts';

type AccessDependencies = Pick<KinesisDependencies, 'clock' | 'identities' | 'streams'>;

/** How a request names its stream. */
export interface StreamTarget {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

/** A stream, or one of its consumers, as policies see it. */
interface Guarded {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly policy: CompiledPolicy | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

type Keys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the policy of a stream or consumer can grant to another account. */
const GRANTABLE: ReadonlySet<string> = new Set([
  'DescribeStreamSummary',
  'ListShards',
  'PutRecord',
  'PutRecords',
  'GetRecords',
  'GetShardIterator',
  'DescribeStreamConsumer',
  'SubscribeToShard',
]);

/** What the root user of the own account can always do, so that no policy shuts everybody out for good. */
const OWNERS_RIGHT: ReadonlySet<string> = new Set([
  'DeleteStream',
  'DeleteResourcePolicy',
  'PutResourcePolicy',
]);

/** The stream a request is about, if its caller may do this with it. @throws ResourceNotFoundException, AccessDeniedException */
export async function admit(
  deps: AccessDependencies,
  target: StreamTarget,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): Promise<StoredStream> {
  const name = nameOf(target, context);
  const stream = await deps.streams.find(name);
  if (stream === undefined) throw streamNotFound(name);
  checkCaller(deps, guardedStream(stream), context, action, keys);
  return stream;
}

/** A consumer with its stream. @throws ResourceNotFoundException, AccessDeniedException */
export async function admitConsumer(
  deps: AccessDependencies,
  arn: string,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): Promise<{ readonly stream: StoredStream; readonly consumer: StoredConsumer }> {
  const name = parseConsumerArn(arn);
  if (name === undefined) throw invalidArgument(`Invalid consumer ARN: ${arn}`);
  const stream = await deps.streams.find(name.stream);
  const consumer = stream?.consumers.find((one) => one.arn === arn);
  if (stream === undefined || consumer === undefined || name.stream.region !== context.region)
    throw notFound(
      `Consumer ${name.name} of stream ${name.stream.name} under account ${name.stream.accountId} not found.`,
    );
  checkCaller(deps, guardedConsumer(stream, consumer), context, action, keys);
  return { stream, consumer };
}

function nameOf({ StreamName, StreamARN, StreamId }: StreamTarget, context: RequestContext): StreamName {
  if (StreamId !== undefined) throw notBuilt('StreamId');
  const { accountId, region } = context;
  if (StreamARN === undefined) {
    if (StreamName === undefined) throw invalidArgument('Either StreamName or StreamARN must be specified.');
    return { accountId, region, name: StreamName };
  }
  const name = parseStreamArn(StreamARN);
  if (name === undefined) throw invalidArgument(`Invalid stream ARN: ${StreamARN}`);
  if (StreamName !== undefined && StreamName !== name.name)
    throw invalidArgument(`StreamName ${StreamName} and StreamARN ${StreamARN} name different streams.`);
  if (name.region !== region) throw streamNotFound(name);
  return name;
}

export function guardedStream(stream: StoredStream): Guarded {
  const { arn, accountId, region, policy, definition } = stream;
  return { arn, accountId, region, policy, tags: definition.tags };
}

export function guardedConsumer({ accountId, region }: StoredStream, consumer: StoredConsumer): Guarded {
  const { arn, policy, definition } = consumer;
  return { arn, accountId, region, policy, tags: definition.tags };
}

/** What is of the caller's own account is looked at only when its policy denies something, or the caller is bounded. */
export function checkCaller(
  { clock, identities }: Pick<AccessDependencies, 'clock' | 'identities'>,
  guarded: Guarded,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): void {
  const isOwn = guarded.accountId === context.accountId;
  const own = identities.policiesOf(context.caller);
  const isOwners = isOwn && own === undefined && OWNERS_RIGHT.has(action);
  if (isOwn && own === undefined && (guarded.policy?.hasDeny !== true || isOwners)) return;
  const policies = { own, resource: isOwners ? undefined : guarded.policy };
  const facts = globalKeys(contextFacts(context, clock.now(), guarded.accountId));
  const isGrantable = isOwn || GRANTABLE.has(action);
  const denial = denialOf(guarded, policies, context.caller.principal, action, isGrantable, {
    ...facts,
    ...keys,
  });
  if (denial !== undefined) throw denial;
}

/**
 * @param onDenied what becomes of a service that the stream does not let in
 * @throws AccessDeniedException unless the stream takes records from the sender
 */
export function checkSender(
  stream: StoredStream,
  sender: QueueSenderIdentity,
  onDenied: OnDeniedService,
): void {
  const guarded = guardedStream(stream);
  // What the platform itself sends is asked of the stream's policy alone.
  const policies = { own: undefined, resource: stream.policy };
  if (sender.kind === 'service') {
    const principal: Principal = { type: 'Service', name: sender.principal };
    const denial = denialOf(guarded, policies, principal, 'PutRecord', true, {
      'aws:SourceArn': sender.sourceArn,
      'aws:SourceAccount': sender.sourceAccount,
    });
    if (denial !== undefined) onDenied(denial);
    return;
  }
  if (sender.accountId === stream.accountId && stream.policy?.hasDeny !== true) return;
  const principal = accountRoot(partitionOf(stream.region), sender.accountId);
  const denial = denialOf(guarded, policies, principal, 'PutRecord', true, {});
  if (denial !== undefined) throw denial;
}

function denialOf(
  { arn, accountId, tags }: Guarded,
  policies: AccessPolicies,
  principal: Principal,
  action: string,
  isGrantable: boolean,
  keys: Keys,
): ServiceError | undefined {
  const ofTags = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  const request: AccessRequest = {
    principal,
    action: `kinesis:${action}`,
    resource: arn,
    resourceAccountId: accountId,
    keys: requestKeys(principal, {
      ...Object.fromEntries(ofTags),
      ...keys,
      'aws:ResourceAccount': accountId,
    }),
  };
  const decision = authorize(request, policies);
  if (decision.isAllowed && isGrantable) return undefined;
  return accessDenied(denialMessage(request, decision.isAllowed ? 'resource-silent' : decision.reason));
}

/** Condition keys of a request that gives tags. */
export function tagKeys(tags: Readonly<Record<string, string>>): Keys {
  const given = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]);
  return { ...Object.fromEntries(given), 'aws:TagKeys': Object.keys(tags) };
}
