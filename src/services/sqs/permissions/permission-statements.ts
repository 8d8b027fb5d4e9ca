import type { PolicyDocument, PolicyStatement } from '../../../model/policy/policy-document.ts';
import { listOf } from '../../../model/policy/policy-document.ts';
import { accountRoot } from '../../../model/policy/principal.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';

/** What AddPermission can grant, as it is written in the policy. */
export const PERMISSION_ACTIONS: ReadonlySet<string> = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
]);

export function policyOf(queue: StoredQueue): PolicyDocument | undefined {
  const text = queue.attributes['Policy'];
  return text === undefined ? undefined : (JSON.parse(text) as PolicyDocument);
}

export function permissionStatement(
  queue: StoredQueue,
  label: string,
  accountIds: readonly string[],
  actions: readonly string[],
): PolicyStatement {
  const principals = accountIds.map((id) => accountRoot(partitionOf(queue.region), id).arn);
  return {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(principals) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
}

/** A policy that AddPermission begins is of the older version and has an id of its own. */
export function withStatement(queue: StoredQueue, statement: PolicyStatement): PolicyDocument {
  const before = policyOf(queue);
  if (before === undefined)
    return { Version: '2008-10-17', Id: `${queue.arn}/SQSDefaultPolicy`, Statement: [statement] };
  return { ...before, Statement: [...listOf(before.Statement), statement] };
}

function oneOrMany(texts: readonly string[]): string | readonly string[] {
  const [first] = texts;
  return texts.length === 1 && first !== undefined ? first : texts;
}
