import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import type { OnDeniedService } from '../../../model/denied-service.ts';
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
import { isFifoName, isQueueName, parseQueueUrl } from '../queues/queue-name.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { accessDenied, missingParameter, queueDoesNotExist } from '../sqs-errors.ts';

type AccessDependencies = Pick<SqsDependencies, 'clock' | 'identities' | 'queues'>;

/** Actions a queue's policy can grant to another account; the batch operations count as their single ones. */
const GRANTABLE: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
]);

/** What the root user of a queue's account can always do, so that no policy shuts everybody out for good. */
const OWNERS_RIGHT: ReadonlySet<string> = new Set(['DeleteQueue', 'RemovePermission', 'SetQueueAttributes']);

/** The queue a request is about, if its caller may do this with it. Throws QueueDoesNotExist, AccessDeniedException. */
export async function admit(
  deps: AccessDependencies,
  queueUrl: string | undefined,
  context: RequestContext,
  action: string,
): Promise<StoredQueue> {
  if (queueUrl === undefined || queueUrl === '') throw missingParameter('QueueUrl');
  const name = parseQueueUrl(queueUrl, context);
  const queue = isQueueName(name.name, isFifoName(name.name)) ? await deps.queues.find(name) : undefined;
  if (queue === undefined) throw queueDoesNotExist();
  checkCaller(deps, queue, context, action);
  return queue;
}

/** A queue of the caller's own account is looked at only when its policy denies something, or the caller is bounded. */
export function checkCaller(
  { clock, identities }: Pick<SqsDependencies, 'clock' | 'identities'>,
  queue: StoredQueue,
  context: RequestContext,
  action: string,
): void {
  const isOwn = queue.accountId === context.accountId;
  const own = identities.policiesOf(context.caller);
  const isOwners = isOwn && own === undefined && OWNERS_RIGHT.has(action);
  if (isOwn && own === undefined && (queue.policy?.hasDeny !== true || isOwners)) return;
  const keys = globalKeys(contextFacts(context, clock.now(), queue.accountId));
  const policies = { own, resource: isOwners ? undefined : queue.policy };
  decide(queue, policies, context.caller.principal, action, isOwn || GRANTABLE.has(action), keys);
}

/** Throws AccessDeniedException unless the queue takes messages from the sender. */
export function checkSender(
  queue: StoredQueue,
  sender: QueueSenderIdentity,
  onDenied: OnDeniedService,
): void {
  if (sender.kind === 'service') {
    const { principal: name, sourceArn, sourceAccount } = sender;
    const denial = denialOf(queue, platformPolicies(queue), { type: 'Service', name }, 'SendMessage', true, {
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': sourceAccount,
      'aws:SecureTransport': 'true',
    });
    if (denial !== undefined) onDenied(denial);
    return;
  }
  if (sender.accountId === queue.accountId && queue.policy?.hasDeny !== true) return;
  const principal = accountRoot(partitionOf(queue.region), sender.accountId);
  decide(queue, platformPolicies(queue), principal, 'SendMessage', true, { 'aws:SecureTransport': 'true' });
}

/** What the platform itself sends is asked of the queue's policy alone. */
function platformPolicies({ policy }: StoredQueue): AccessPolicies {
  return { own: undefined, resource: policy };
}

function decide(...question: Parameters<typeof denialOf>): void {
  const denial = denialOf(...question);
  if (denial !== undefined) throw denial;
}

function denialOf(
  queue: StoredQueue,
  policies: AccessPolicies,
  principal: Principal,
  action: string,
  isGrantable: boolean,
  keys: Readonly<Record<string, string | undefined>>,
): ServiceError | undefined {
  const request: AccessRequest = {
    principal,
    // As AWS writes it in its refusals; policies name actions in any case.
    action: `sqs:${action.toLowerCase()}`,
    resource: queue.arn,
    resourceAccountId: queue.accountId,
    keys: requestKeys(principal, { ...keys, 'aws:ResourceAccount': queue.accountId }),
  };
  const decision = authorize(request, policies);
  if (decision.isAllowed && isGrantable) return undefined;
  return accessDenied(denialMessage(request, decision.isAllowed ? 'resource-silent' : decision.reason));
}
