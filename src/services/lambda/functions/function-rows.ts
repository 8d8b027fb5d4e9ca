import type { Kysely, Transaction } from 'kysely';
import type { FunctionReference } from '../../../model/function-reference.ts';
import { resourceConflict, resourceNotFound } from '../../../model/lambda-errors.ts';
import {
  functionArn,
  type FunctionRecord,
  functionRecordOf,
  functionVersionArn,
  type StoredFunction,
} from '../../../model/stored-function.ts';
import type { BlobStore } from '../../../store/blob-store.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';

type Tx = Transaction<Database>;
export type FunctionKey = Pick<FunctionReference, 'accountId' | 'region' | 'name'>;

/** Times a read-check-write starts over when another process wrote the row in between. */
const WRITE_ATTEMPTS = 8;

export async function findFunction(
  db: Kysely<Database>,
  key: FunctionKey,
  version = '$LATEST',
): Promise<FunctionRecord | undefined> {
  const row = await db
    .selectFrom('lambda_functions')
    .select(['configuration', 'serving_configuration'])
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? undefined : functionRecordOf(row);
}

/** The version a reference means. Throws the 404 with the qualifier as it was given. */
export async function requireFunction(
  db: Kysely<Database>,
  reference: FunctionReference,
): Promise<FunctionRecord> {
  const record = await findFunction(db, reference, reference.qualifier);
  if (record === undefined) throw functionNotFound(reference);
  return record;
}

export function functionNotFound(reference: FunctionReference): Error {
  return resourceNotFound(`Function not found: ${askedArn(reference)}`);
}

/** The function's ARN, with the qualifier exactly when the caller named one. */
export function askedArn(reference: FunctionReference): string {
  const arn = functionArn(reference.accountId, reference.region, reference.name);
  return reference.qualifier === undefined ? arn : `${arn}:${reference.qualifier}`;
}

/** Creates the function and whatever `also` adds in the same transaction. Throws 409 when the name is taken. */
export async function insertFunction(
  store: Store,
  current: StoredFunction,
  also: (tx: Tx) => Promise<void>,
): Promise<void> {
  await store.write(async (tx, announce) => {
    const inserted = await tx
      .insertInto('lambda_functions')
      .values({
        account_id: current.accountId,
        region: current.region,
        name: current.name,
        version: current.version,
        configuration: JSON.stringify(current),
        serving_configuration: null,
        revision_id: current.revisionId,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows !== 1n) throw functionExists(current.name);
    await store.blobs.reference(tx, current.codeSha256, blobOwner(current));
    await also(tx);
    announce(changed(current, { current, serving: undefined }));
  });
}

/** 409: something else is changing the function. */
export function updateInProgress({ accountId, region, name }: FunctionKey): Error {
  return resourceConflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(accountId, region, name)}`,
  );
}

export function functionExists(name: string): Error {
  return resourceConflict(`Function already exist: ${name}`);
}

/**
 * Reads, decides and writes in one transaction; two updates can never both see the state before the other.
 * @param decide pure; throws to refuse, returns undefined to leave the function as it is. Runs again on a lost race
 * @param also more work for the same transaction, after the function's row is locked
 */
export async function changeFunction(
  store: Store,
  key: FunctionKey,
  decide: (before: FunctionRecord) => FunctionRecord | undefined,
  also?: (tx: Tx) => Promise<void>,
): Promise<FunctionRecord | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.write(async (tx, announce) => {
        const before = await requireFunction(tx, { ...key, qualifier: undefined });
        const after = decide(before);
        if (after === undefined) return undefined;
        await replaceRow(tx, before, after);
        await moveReferences(tx, store.blobs, before, after);
        await also?.(tx);
        announce(changed(after.current, after));
        return after;
      });
    } catch (error) {
      if (!(error instanceof LostRace)) throw error;
      if (attempt === WRITE_ATTEMPTS) throw updateInProgress(key);
    }
  }
}

/** Removes a function with all its versions and tags. Throws 404 when there is none. */
export async function deleteFunctionRows(store: Store, reference: FunctionReference): Promise<void> {
  await store.write(async (tx, announce) => {
    const rows = await tx
      .deleteFrom('lambda_functions')
      .where('account_id', '=', reference.accountId)
      .where('region', '=', reference.region)
      .where('name', '=', reference.name)
      .returning(['configuration', 'serving_configuration'])
      .execute();
    if (rows.length === 0) throw functionNotFound(reference);
    for (const record of rows.map(functionRecordOf)) {
      for (const stored of deployments(record)) {
        await store.blobs.release(tx, stored.codeSha256, blobOwner(stored));
      }
      announce(changed(record.current));
    }
    const arn = functionArn(reference.accountId, reference.region, reference.name);
    await tx.deleteFrom('resource_tags').where('resource_arn', '=', arn).execute();
  });
}

/** Another writer changed the row between our read and our write; only possible on PostgreSQL. */
class LostRace extends Error {}

async function replaceRow(tx: Tx, before: FunctionRecord, after: FunctionRecord): Promise<void> {
  const { current, serving } = after;
  const updated = await tx
    .updateTable('lambda_functions')
    .set({
      configuration: JSON.stringify(current),
      serving_configuration: serving === undefined ? null : JSON.stringify(serving),
      revision_id: current.revisionId,
    })
    .where('account_id', '=', current.accountId)
    .where('region', '=', current.region)
    .where('name', '=', current.name)
    .where('version', '=', current.version)
    .where('revision_id', '=', before.current.revisionId)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw new LostRace('The function was changed at the same moment.');
}

/** Every deployment that can still run holds its code by a reference of its own. */
async function moveReferences(
  tx: Tx,
  blobs: BlobStore,
  before: FunctionRecord,
  after: FunctionRecord,
): Promise<void> {
  const kept = new Set(deployments(after).map(blobOwner));
  const held = new Set(deployments(before).map(blobOwner));
  for (const stored of deployments(after)) {
    if (!held.has(blobOwner(stored))) await blobs.reference(tx, stored.codeSha256, blobOwner(stored));
  }
  for (const stored of deployments(before)) {
    if (!kept.has(blobOwner(stored))) await blobs.release(tx, stored.codeSha256, blobOwner(stored));
  }
}

function deployments(record: FunctionRecord): StoredFunction[] {
  return record.serving === undefined ? [record.current] : [record.current, record.serving];
}

function blobOwner(stored: StoredFunction): string {
  return `${functionVersionArn(stored)}#${stored.deploymentId}`;
}

function changed(stored: StoredFunction, value?: FunctionRecord): Change {
  const key = functionVersionArn(stored);
  return value === undefined ? { kind: 'function', key } : { kind: 'function', key, value };
}
