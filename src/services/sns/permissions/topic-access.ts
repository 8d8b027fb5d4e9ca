import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import type { Clock } from '../../../model/clock.ts';
import type { OnDeniedService } from '../../../model/denied-service.ts';
import type { CallerPolicies } from '../../../model/identity/caller-identity.ts';
import {
  type AccessPolicies,
  type AccessRequest,
  authorize,
  denialMessage,
} from '../../../model/policy/authorize.ts';
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
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
}

/** What the root user of a topic's account can always do, so that no policy shuts everybody out for good. */
const OWNERS_RIGHT: ReadonlySet<string> = new Set(['DeleteTopic', 'SetTopicAttributes', 'RemovePermission']);

/** The topic a request is about, if its caller may do this with it. @throws NotFound, AuthorizationError, InvalidParameter */
export function admit(
  deps: AccessDependencies,
  arn: string | undefined,
  context: RequestContext,
  action: string,
  parameter = 'TopicArn',
  keys: Keys = {},
): StoredTopic {
  const { region } = parseTopicArn(arn, parameter);
  if (region !== context.region) throw invalidParameter(parameter);
  const topic = deps.directory.topic(arn ?? '');
  if (topic === undefined) throw topicDoesNotExist();
  checkCaller(deps, topic, context, action, keys);
  return topic;
}

/** A topic of the caller's own account is looked at only when its policy denies something, or the caller is bounded. */
export function checkCaller(
  { clock, identities }: AccessDependencies,
  topic: StoredTopic,
  context: RequestContext,
  action: string,
  keys: Keys = {},
): void {
  const isOwn = topic.accountId === context.accountId;
  const own = identities.policiesOf(context.caller);
  const isOwners = isOwn && own === undefined && OWNERS_RIGHT.has(action);
  if (isOwn && own === undefined && (!topic.policy.hasDeny || isOwners)) return;
  const policies = { own, resource: isOwners ? undefined : topic.policy };
  decide(topic, policies, context.caller.principal, action, {
    ...globalKeys(contextFacts(context, clock.now(), topic.accountId)),
    'aws:SourceOwner': context.accountId,
    ...keys,
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
    const denial = denialOf(topic, alone(topic), principal, 'Publish', {
      'aws:SourceArn': sender.sourceArn,
      'aws:SourceAccount': sender.sourceAccount,
    });
    if (denial !== undefined) onDenied(denial);
    return;
  }
  if (sender.accountId === topic.accountId && !topic.policy.hasDeny) return;
  decide(topic, alone(topic), accountRoot(partitionOf(topic.region), sender.accountId), 'Publish', {
    'aws:SourceOwner': sender.accountId,
  });
}

/** What the platform itself sends is asked of the topic's policy alone. */
function alone({ policy }: StoredTopic): AccessPolicies {
  return { own: undefined, resource: policy };
}

type Keys = Readonly<Record<string, string | undefined>>;

function decide(...question: Parameters<typeof denialOf>): void {
  const denial = denialOf(...question);
  if (denial !== undefined) throw denial;
}

function denialOf(
  topic: StoredTopic,
  policies: AccessPolicies,
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
  const decision = authorize(request, policies);
  return decision.isAllowed ? undefined : notAuthorized(denialMessage(request, decision.reason));
}
