import { policyLengthExceeded, resourceConflict, resourceNotFound } from '../../../model/lambda-errors.ts';
import { POLICY_LIMIT_BYTES } from '../../../model/limits.ts';
import {
  listOf,
  type PolicyDocument,
  type PolicyStatement,
  renderPolicy,
} from '../../../model/policy/policy-document.ts';

const EMPTY: PolicyDocument = { Version: '2012-10-17', Id: 'default', Statement: [] };

/**
 * The text of a policy with one more statement at its end. Throws 409 when the statement's id is taken and
 * PolicyLengthExceededException when the whole is too long.
 */
export function withStatement(before: PolicyDocument | undefined, statement: PolicyStatement): string {
  const { Statement, ...rest } = before ?? EMPTY;
  const statements = listOf(Statement);
  if (statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw resourceConflict(
      `The statement id (${statement.Sid ?? ''}) provided already exists. ` +
        'Please provide a new statement id, or remove the existing statement.',
    );
  }
  const text = renderPolicy({ ...rest, Statement: [...statements, statement] });
  checkPolicySize(text);
  return text;
}

/** The text of a policy less one statement; undefined when it was the last. Throws 404 when there is none of that id. */
export function withoutStatement(before: PolicyDocument, sid: string): string | undefined {
  const statements = listOf(before.Statement);
  const kept = statements.filter(({ Sid }) => Sid !== sid);
  if (kept.length === statements.length) {
    throw resourceNotFound(`Statement ${sid} is not found in resource policy.`);
  }
  return kept.length === 0 ? undefined : renderPolicy({ ...before, Statement: kept });
}

/** @param text the whole policy as it would be stored */
export function checkPolicySize(text: string): void {
  const size = Buffer.byteLength(text);
  if (size <= POLICY_LIMIT_BYTES) return;
  throw policyLengthExceeded(
    `The final policy size (${size}) is bigger than the limit (${POLICY_LIMIT_BYTES}).`,
  );
}
