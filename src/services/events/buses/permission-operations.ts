import type { PutPermissionRequest, RemovePermissionRequest } from '@aws-sdk/client-eventbridge';
import type { OperationHandler } from '../../../aws/service.ts';
import { absentKey } from '../../../model/policy/absent-keys.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import {
  listOf,
  type PolicyDocument,
  PolicyError,
  type PolicyStatement,
} from '../../../model/policy/policy-document.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { badParameter, busDoesNotExist, notBuilt } from '../events-errors.ts';
import { changeBus } from './bus-rows.ts';
import { busArn, parseBus, type StoredBus } from './stored-bus.ts';

const LARGEST_POLICY = 10_240;

/** Lets another account, or everyone, put events; or sets the bus's whole policy. */
export function putPermission(deps: EventsDependencies): OperationHandler<PutPermissionRequest, undefined> {
  return async (input, context) => {
    const bus = parseBus(input.EventBusName, context);
    if (deps.directory.bus(bus) === undefined) throw busDoesNotExist(bus.name);
    if (input.Condition !== undefined) throw notBuilt('Condition of PutPermission (organizations)');
    await changeBus(deps.store, bus, (before) =>
      withPolicy(before, changed(before, input), deps.clock.now()),
    );
    return undefined;
  };
}

function changed(before: StoredBus, input: PutPermissionRequest): PolicyDocument {
  if (input.Policy !== undefined) return checked(input.Policy);
  const { Principal: principal = '', Action: action = '', StatementId: sid = '' } = input;
  if (principal === '' || action === '' || sid === '')
    throw badParameter('Policy', 'Action, Principal and StatementId must be specified');
  if (action !== 'events:PutEvents')
    throw badParameter('Action', 'Provided value is not valid: it must be events:PutEvents');
  if (principal !== '*' && !/^\d{12}$/.test(principal)) throw badParameter('Principal');
  const statement: PolicyStatement = {
    Sid: sid,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${partitionOf(before.region)}:iam::${principal}:root` },
    Action: action,
    Resource: busArn(before),
  };
  const others = statementsOf(before).filter(({ Sid }) => Sid !== sid);
  return { Version: '2012-10-17', Statement: [...others, statement] };
}

export function removePermission(
  deps: EventsDependencies,
): OperationHandler<RemovePermissionRequest, undefined> {
  return async (input, context) => {
    const bus = parseBus(input.EventBusName, context);
    if (deps.directory.bus(bus) === undefined) throw busDoesNotExist(bus.name);
    await changeBus(deps.store, bus, (before) => {
      const statements = statementsOf(before);
      const left =
        input.RemoveAllPermissions === true ? [] : statements.filter(({ Sid }) => Sid !== input.StatementId);
      if (input.RemoveAllPermissions !== true && left.length === statements.length)
        throw new ServiceError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
      const policy = left.length === 0 ? undefined : ({ Version: '2012-10-17', Statement: left } as const);
      return withPolicy(before, policy, deps.clock.now());
    });
    return undefined;
  };
}

function statementsOf({ policy }: StoredBus): readonly PolicyStatement[] {
  return policy === undefined ? [] : listOf((JSON.parse(policy) as PolicyDocument).Statement);
}

function withPolicy(before: StoredBus, document: PolicyDocument | undefined, nowMs: number): StoredBus {
  const { policy: _, ...bus } = before;
  const policy = document === undefined ? undefined : JSON.stringify(document);
  if (policy !== undefined && policy.length > LARGEST_POLICY)
    throw new ServiceError('PolicyLengthExceededException', 'The policy is longer than 10,240 characters.');
  return { ...bus, ...(policy !== undefined && { policy }), modifiedAtMs: nowMs };
}

function checked(text: string): PolicyDocument {
  try {
    const policy = parsePolicy(text, 'resource');
    compilePolicy(policy);
    const absent = absentKey(policy);
    if (absent !== undefined) throw notBuilt(`the condition key ${absent}`);
    return policy;
  } catch (error) {
    if (error instanceof PolicyError) throw badParameter('Policy', error.message);
    throw error;
  }
}
