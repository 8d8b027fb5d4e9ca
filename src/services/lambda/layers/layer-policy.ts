import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import {
  policyLengthExceeded,
  preconditionFailed,
  resourceConflict,
  resourceNotFound,
} from '../../../model/lambda-errors.ts';
import { POLICY_LIMIT_BYTES } from '../../../model/limits.ts';
import {
  listOf,
  type PolicyDocument,
  type PolicyStatement,
  renderPolicy,
} from '../../../model/policy/policy-document.ts';
import { layerVersionArn } from '../../../model/stored-layer.ts';
import type { Database } from '../../../store/schema.ts';
import type { StoredPolicy } from '../permissions/policy-rows.ts';
import type { LayerVersionKey } from './layer-reference.ts';
import { findLayerVersion } from './layer-rows.ts';

/** Policies belong to versions that exist, in the caller's Region: throws the 404 of the policy operations. */
export async function requireLayerVersion(
  db: Kysely<Database>,
  key: LayerVersionKey,
  caller: Caller,
): Promise<void> {
  const isHere = key.region === caller.region && (await findLayerVersion(db, key)) !== undefined;
  if (!isHere) throw resourceNotFound(`Layer version ${layerVersionArn(key, key.version)} does not exist.`);
}

/** Throws 412 unless the caller knows the policy's newest revision or does not say. */
export function checkPolicyRevision(before: StoredPolicy | undefined, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === before?.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. ' +
      'Call the GetLayerPolicy API to retrieve the latest Revision Id',
  );
}

/** The policy's text with one more statement. Throws when its Sid is taken or there is no room. */
export function withStatement(before: PolicyDocument | undefined, statement: PolicyStatement): string {
  const statements = listOf(before?.Statement ?? []);
  if (statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw resourceConflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const text = rendered([...statements, statement]);
  const size = Buffer.byteLength(text);
  if (size > POLICY_LIMIT_BYTES) {
    throw policyLengthExceeded(
      `The final policy size (${size}) is bigger than the limit (${POLICY_LIMIT_BYTES}).`,
    );
  }
  return text;
}

/** The policy's text without a statement; undefined when nothing is left. Throws 404 when it has none of that Sid. */
export function withoutStatement(before: PolicyDocument, sid: string): string | undefined {
  const statements = listOf(before.Statement);
  const left = statements.filter(({ Sid }) => Sid !== sid);
  if (left.length === statements.length) {
    throw resourceNotFound(`Statement ${sid} is not found in resource policy.`);
  }
  return left.length === 0 ? undefined : rendered(left);
}

export function noPolicy(): Error {
  return resourceNotFound('No policy is associated with the given resource.');
}

function rendered(statements: readonly PolicyStatement[]): string {
  return renderPolicy({ Version: '2012-10-17', Id: 'default', Statement: statements });
}
