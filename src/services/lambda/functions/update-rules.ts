import { randomUUID } from 'node:crypto';
import type { FunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, preconditionFailed, resourceConflict } from '../../../model/lambda-errors.ts';
import type { FunctionRecord, StatusReason, StoredFunction } from '../../../model/stored-function.ts';
import { updateInProgress } from './function-rows.ts';

/** AWS uses these words on updates too. */
export const BEING_CREATED: StatusReason = { message: 'The function is being created.', code: 'Creating' };

/** A function or version whose code is not ready yet. */
export function beingCreated(stored: StoredFunction): StoredFunction {
  const { lastUpdateStatus: _, lastUpdateStatusReason: __, ...kept } = stored;
  return { ...kept, state: 'Pending', stateReason: BEING_CREATED };
}

/** Throws 412 unless the caller knows the newest revision or does not say. */
export function checkRevision(current: StoredFunction, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === current.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. ' +
      'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}

/** Throws 409 while the function is being created, failed to be, or is in an update. */
export function checkUpdatable(current: StoredFunction): void {
  if (current.state !== 'Active') {
    throw resourceConflict(
      `The operation cannot be performed at this time. The function is currently in the following state: ${current.state}`,
    );
  }
  if (current.lastUpdateStatus === 'InProgress') {
    throw updateInProgress(current);
  }
}

/** Throws when an operation on the function itself is aimed at a version or alias. */
export function checkUnqualified(reference: FunctionReference): void {
  if (reference.qualifier === undefined || reference.qualifier === '$LATEST') return;
  throw functionsOnly();
}

/** 400: versions and aliases do not have the operation. */
export function functionsOnly(): Error {
  return invalidParameterValue(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. ' +
      'Please specify either a function name or an unqualified function ARN.',
  );
}

/** The record after an accepted update: the new deployment waits, the one that ran goes on serving. */
export function withUpdate(
  before: FunctionRecord,
  change: Partial<StoredFunction>,
  nowMs: number,
): FunctionRecord {
  const { stateReason: _, ...kept } = before.current;
  return {
    current: {
      ...kept,
      ...change,
      lastModifiedMs: nowMs,
      deploymentId: randomUUID(),
      revisionId: randomUUID(),
      lastUpdateStatus: 'InProgress',
      lastUpdateStatusReason: BEING_CREATED,
    },
    serving: before.serving ?? before.current,
  };
}
