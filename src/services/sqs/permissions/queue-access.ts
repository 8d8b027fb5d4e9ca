import type { RequestContext } from '../../../aws/service.ts';
import type { OnDeniedService } from '../../../model/denied-service.ts';
import { type AccessRequest, authorize, denialMessage } from '../../../model/policy/authorize.ts';
import { accountRoot, type Principal, requestKeys } from '../../../model/policy/principal.ts';
import type { QueueSenderIdentity } from '../../../model/queue-ports.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { isFifoName, isQueueName, parseQueueUrl } from '../queues/queue-name.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { accessDenied, missingParameter, queueDoesNotExist } from '../sqs-errors.ts';

type AccessDependencies = Pick<SqsDependencies, 'clock' | 'queues'>;

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

/** What a queue's own account can always do, so that no policy shuts its author out for good. */
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

/** A caller's own queue is looked at only when its policy denies something. */
export function checkCaller(
  { clock }: Pick<SqsDependencies, 'clock'>,
  queue: StoredQueue,
  context: RequestContext,
  action: string,
): void {
  const isOwn = queue.accountId === context.accountId;
  if (isOwn && (queue.policy?.hasDeny !== true || OWNERS_RIGHT.has(action))) return;
  const principal = accountRoot(partitionOf(queue.region), context.accountId);
  const nowMs = clock.now();
  decide(queue, principal, action, isOwn || GRANTABLE.has(action), {
    'aws:CurrentTime': `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    'aws:EpochTime': String(Math.floor(nowMs / 1000)),
    'aws:Referer': context.headers.referer,
    'aws:RequestedRegion': context.region,
    'aws:SecureTransport': String(context.origin.startsWith('https:')),
    'aws:SourceIp': context.sourceIp,
    'aws:UserAgent': context.headers['user-agent'],
    'aws:ViaAWSService': 'false',
  });
}

/** Throws AccessDeniedException unless the queue takes messages from the sender. */
export function checkSender(
  queue: StoredQueue,
  sender: QueueSenderIdentity,
  onDenied: OnDeniedService,
): void {
  if (sender.kind === 'service') {
    const { principal: name, sourceArn, sourceAccount } = sender;
    const denial = denialOf(queue, { type: 'Service', name }, 'SendMessage', true, {
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': sourceAccount,
      'aws:SecureTransport': 'true',
    });
    if (denial !== undefined) onDenied(denial);
    return;
  }
  if (sender.accountId === queue.accountId && queue.policy?.hasDeny !== true) return;
  const principal = accountRoot(partitionOf(queue.region), sender.accountId);
  decide(queue, principal, 'SendMessage', true, { 'aws:SecureTransport': 'true' });
}

function decide(...question: Parameters<typeof denialOf>): void {
  const denial = denialOf(...question);
  if (denial !== undefined) throw denial;
}

function denialOf(
  queue: StoredQueue,
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
  const decision = authorize(request, { identity: undefined, resource: queue.policy });
  if (decision.isAllowed && isGrantable) return undefined;
  return accessDenied(denialMessage(request, decision.isAllowed ? 'resource-silent' : decision.reason));
}
