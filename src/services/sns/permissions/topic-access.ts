import type { RequestContext } from '../../../aws/service.ts';
import type { Clock } from '../../../model/clock.ts';
import type { OnDeniedService } from '../../../model/denied-service.ts';
import { type AccessRequest, authorize, denialMessage } from '../../../model/policy/authorize.ts';
import { accountRoot, type Principal, requestKeys } from '../../../model/policy/principal.ts';
import type { QueueSenderIdentity } from '../../../model/queue-ports.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { SnsDirectory } from '../sns-directory.ts';
import { invalidParameter, notAuthorized, topicDoesNotExist } from '../sns-errors.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';
import { parseTopicArn } from '../topics/topic-name.ts';

interface AccessDependencies {
  readonly directory: SnsDirectory;
  readonly clock: Clock;
}

/** What a topic's own account can always do, so that no policy shuts its author out for good. */
const OWNERS_RIGHT: ReadonlySet<string> = new Set(['DeleteTopic', 'SetTopicAttributes', 'RemovePermission']);

/** The topic a request is about, if its caller may do this with it. @throws NotFound, AuthorizationError, InvalidParameter */
export function admit(
  deps: AccessDependencies,
  arn: string | undefined,
  context: RequestContext,
  action: string,
  parameter = 'TopicArn',
): StoredTopic {
  const { region } = parseTopicArn(arn, parameter);
  if (region !== context.region) throw invalidParameter(parameter);
  const topic = deps.directory.topic(arn ?? '');
  if (topic === undefined) throw topicDoesNotExist();
  checkCaller(deps, topic, context, action);
  return topic;
}

/** A caller's own topic is looked at only when its policy denies something. */
export function checkCaller(
  { clock }: AccessDependencies,
  topic: StoredTopic,
  context: RequestContext,
  action: string,
): void {
  const isOwn = topic.accountId === context.accountId;
  if (isOwn && (!topic.policy.hasDeny || OWNERS_RIGHT.has(action))) return;
  const nowMs = clock.now();
  decide(topic, accountRoot(partitionOf(topic.region), context.accountId), action, {
    'aws:SourceOwner': context.accountId,
    'aws:CurrentTime': `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    'aws:EpochTime': String(Math.floor(nowMs / 1000)),
    'aws:SecureTransport': String(context.origin.startsWith('https:')),
    'aws:SourceIp': context.sourceIp,
    'aws:UserAgent': context.headers['user-agent'],
  });
}

/**
 * @param onDenied what becomes of a service that the topic does not let in
 * @throws AuthorizationError unless the topic takes messages from the sender
 */
export function checkSender(
  topic: StoredTopic,
  sender: QueueSenderIdentity,
  onDenied: OnDeniedService,
): void {
  if (sender.kind === 'service') {
    const principal: Principal = { type: 'Service', name: sender.principal };
    const denial = denialOf(topic, principal, 'Publish', {
      'aws:SourceArn': sender.sourceArn,
      'aws:SourceAccount': sender.sourceAccount,
    });
    if (denial !== undefined) onDenied(denial);
    return;
  }
  if (sender.accountId === topic.accountId && !topic.policy.hasDeny) return;
  decide(topic, accountRoot(partitionOf(topic.region), sender.accountId), 'Publish', {
    'aws:SourceOwner': sender.accountId,
  });
}

type Keys = Readonly<Record<string, string | undefined>>;

function decide(topic: StoredTopic, principal: Principal, action: string, keys: Keys): void {
  const denial = denialOf(topic, principal, action, keys);
  if (denial !== undefined) throw denial;
}

function denialOf(
  topic: StoredTopic,
  principal: Principal,
  action: string,
  keys: Keys,
): ServiceError | undefined {
  const request: AccessRequest = {
    principal,
    action: `SNS:${action}`,
    resource: topic.arn,
    resourceAccountId: topic.accountId,
    keys: requestKeys(principal, { ...keys, 'aws:ResourceAccount': topic.accountId }),
  };
  const decision = authorize(request, { identity: undefined, resource: topic.policy });
  return decision.isAllowed ? undefined : notAuthorized(denialMessage(request, decision.reason));
}
