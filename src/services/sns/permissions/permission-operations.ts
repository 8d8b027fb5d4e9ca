import type { AddPermissionInput, RemovePermissionInput } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import {
  listOf,
  type PolicyDocument,
  type PolicyStatement,
  renderPolicy,
} from '../../../model/policy/policy-document.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { badParameter, invalidParameter } from '../sns-errors.ts';
import { policyText, type StoredTopic } from '../topics/stored-topic.ts';
import { withAttribute } from '../topics/topic-attributes.ts';
import { changeTopic } from '../topics/topic-rows.ts';
import { admit } from './topic-access.ts';

const ACTIONS: ReadonlySet<string> = new Set([
  'Publish',
  'RemovePermission',
  'SetTopicAttributes',
  'DeleteTopic',
  'ListSubscriptionsByTopic',
  'GetTopicAttributes',
  'AddPermission',
  'Subscribe',
]);

/** Adds a statement that lets accounts do something with the topic. */
export function addPermission(deps: SnsDependencies): OperationHandler<AddPermissionInput, undefined> {
  return async (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'AddPermission');
    const { Label: label = '', AWSAccountId: accounts = [], ActionName: actions = [] } = input;
    if (label === '') throw invalidParameter('Label');
    const unknown = actions.find((action) => !ACTIONS.has(action));
    if (actions.length === 0 || unknown !== undefined)
      throw invalidParameter('Policy statement action out of service scope!');
    if (accounts.length === 0 || accounts.some((account) => !/^\d{12}$/.test(account)))
      throw badParameter('AWSAccountId', 'every account must be of 12 digits');
    const partition = partitionOf(topic.region);
    const statement: PolicyStatement = {
      Sid: label,
      Effect: 'Allow',
      Principal: { AWS: accounts.map((account) => `arn:${partition}:iam::${account}:root`) },
      Action: actions.map((action) => `SNS:${action}`),
      Resource: topic.arn,
    };
    await changeStatements(deps, topic, (statements) => {
      if (statements.some(({ Sid }) => Sid === label)) throw invalidParameter('Statement already exists');
      return [...statements, statement];
    });
    return undefined;
  };
}

/** Takes away the statement of that label; none is as good. */
export function removePermission(deps: SnsDependencies): OperationHandler<RemovePermissionInput, undefined> {
  return async (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'RemovePermission');
    await changeStatements(deps, topic, (statements) => {
      const left = statements.filter(({ Sid }) => Sid !== input.Label);
      return left.length === 0 ? statements : left;
    });
    return undefined;
  };
}

async function changeStatements(
  deps: SnsDependencies,
  topic: StoredTopic,
  change: (statements: readonly PolicyStatement[]) => readonly PolicyStatement[],
): Promise<void> {
  await changeTopic(deps.store, topic, (before) => {
    const policy = JSON.parse(policyText(before)) as PolicyDocument;
    const after = { ...policy, Statement: change(listOf(policy.Statement)) };
    return { attributes: JSON.stringify(withAttribute(before.attributes, 'Policy', renderPolicy(after))) };
  });
}
