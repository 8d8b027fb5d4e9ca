import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { resourceConflict } from '../../../model/lambda-errors.ts';
import type { PolicyDocument } from '../../../model/policy/policy-document.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { LostRace, type Tx } from '../functions/function-rows.ts';

/** The policy of a function, version, alias or layer version. */
export interface StoredPolicy {
  /** The document as it was rendered or given: what the API returns. */
  readonly text: string;
  readonly document: PolicyDocument;
  readonly revisionId: string;
}

/** Times a read-check-write starts over when another process wrote the row in between. */
const WRITE_ATTEMPTS = 8;

/** @param resourceArn with the qualifier the policy is about */
export async function findPolicy(
  db: Kysely<Database>,
  resourceArn: string,
): Promise<StoredPolicy | undefined> {
  const row = await db
    .selectFrom('lambda_resource_policies')
    .selectAll()
    .where('resource_arn', '=', resourceArn)
    .executeTakeFirst();
  return row && storedPolicy(row.policy, row.revision_id);
}

/**
 * Reads, decides and writes in one transaction, and announces the change. Every change gives the policy a new revision.
 * @param decide returns the text of the new policy, or undefined to leave none; throws to refuse. Runs again on a lost
 *   race, and may read in the transaction
 */
export async function changePolicy(
  store: Store,
  resourceArn: string,
  decide: (before: StoredPolicy | undefined, tx: Tx) => Promise<string | undefined>,
): Promise<StoredPolicy | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.write(async (tx, announce) => {
        const before = await findPolicy(tx, resourceArn);
        const text = await decide(before, tx);
        const after = text === undefined ? undefined : storedPolicy(text, randomUUID());
        await replaceRow(tx, resourceArn, before, after);
        announce({ kind: 'resource-policy', key: resourceArn, ...(after && { value: after.document }) });
        return after;
      });
    } catch (error) {
      if (!(error instanceof LostRace)) throw error;
      if (attempt === WRITE_ATTEMPTS) throw policyUpdateInProgress(resourceArn);
    }
  }
}

async function replaceRow(
  tx: Tx,
  resourceArn: string,
  before: StoredPolicy | undefined,
  after: StoredPolicy | undefined,
): Promise<void> {
  let changedRows = 0n;
  if (before === undefined) {
    if (after === undefined) return;
    const values = { resource_arn: resourceArn, policy: after.text, revision_id: after.revisionId };
    const inserted = await tx
      .insertInto('lambda_resource_policies')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    changedRows = inserted.numInsertedOrUpdatedRows ?? 0n;
  } else if (after === undefined) {
    const deleted = await tx
      .deleteFrom('lambda_resource_policies')
      .where('resource_arn', '=', resourceArn)
      .where('revision_id', '=', before.revisionId)
      .executeTakeFirst();
    changedRows = deleted.numDeletedRows;
  } else {
    const updated = await tx
      .updateTable('lambda_resource_policies')
      .set({ policy: after.text, revision_id: after.revisionId })
      .where('resource_arn', '=', resourceArn)
      .where('revision_id', '=', before.revisionId)
      .executeTakeFirst();
    changedRows = updated.numUpdatedRows;
  }
  if (changedRows !== 1n) throw new LostRace('The policy was changed at the same moment.');
}

function storedPolicy(text: string, revisionId: string): StoredPolicy {
  return { text, document: JSON.parse(text) as PolicyDocument, revisionId };
}

function policyUpdateInProgress(resourceArn: string): Error {
  return resourceConflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${resourceArn}`,
  );
}
