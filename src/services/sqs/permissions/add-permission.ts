import type { AddPermissionRequest } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { listOf, renderPolicy } from '../../../model/policy/policy-document.ts';
import { changeQueue } from '../queues/queue-rows.ts';
import { merged } from '../queues/queue-attributes.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { badValue, missingParameter, overLimit } from '../sqs-errors.ts';
import { PERMISSION_ACTIONS, permissionStatement, policyOf, withStatement } from './permission-statements.ts';
import { admit } from './queue-access.ts';

const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const MOST_ACTIONS = 7;
const MOST_STATEMENTS = 20;

export function addPermission(deps: SqsDependencies): OperationHandler<AddPermissionRequest, undefined> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'AddPermission');
    const { label, accountIds, actions } = checkInput(input);
    await changeQueue(deps.store, queue, (before) => {
      const statements = listOf(policyOf(before)?.Statement ?? []);
      if (statements.some(({ Sid }) => Sid === label)) throw badValue(label, 'Label', 'Already exists.');
      if (statements.length >= MOST_STATEMENTS) {
        throw overLimit(
          `${statements.length + 1} statements were found in the submitted policy, max allowed is ${MOST_STATEMENTS}`,
        );
      }
      const policy = withStatement(before, permissionStatement(before, label, accountIds, actions));
      const attributes = merged(before.attributes, { Policy: renderPolicy(policy) });
      return { attributes: JSON.stringify(attributes), modified_at_ms: deps.clock.now() };
    });
    return undefined;
  };
}

function checkInput(input: AddPermissionRequest): {
  label: string;
  accountIds: readonly string[];
  actions: readonly string[];
} {
  const { Label: label, AWSAccountIds: accountIds, Actions: actions } = input;
  if (label === undefined || label === '') throw missingParameter('Label');
  if (accountIds === undefined || accountIds.length === 0) throw missingParameter('AWSAccountIds');
  if (actions === undefined || actions.length === 0) throw missingParameter('Actions');
  if (!LABEL.test(label)) {
    throw badValue(
      label,
      'Label',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  const action = actions.find((name) => !PERMISSION_ACTIONS.has(name));
  if (action !== undefined) {
    const known = [...PERMISSION_ACTIONS].filter((name) => name !== '*').join(', ');
    throw badValue(
      `SQS:${action}`,
      'ActionName',
      `Only the queue owner is allowed to invoke this action, or it is unknown. Actions to grant: ${known}.`,
    );
  }
  if (actions.length > MOST_ACTIONS) {
    throw overLimit(`${actions.length} Actions were found, maximum allowed is ${MOST_ACTIONS}.`);
  }
  const account = accountIds.find((id) => !/^\d{12}$/.test(id));
  if (account !== undefined) throw badValue(account, 'PrincipalId', 'Unable to verify.');
  return { label, accountIds, actions };
}
