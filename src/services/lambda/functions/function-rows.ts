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
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { moveReferences } from './code-references.ts';

export type Tx = Transaction<Database>;
export type Announce = (change: Change) => void;
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

/** `$LATEST` of the function a reference names, whatever its qualifier. Throws the 404 of the unqualified ARN. */
export async function requireFunction(
  db: Kysely<Database>,
  { accountId, region, name }: FunctionKey,
): Promise<FunctionRecord> {
  const record = await findFunction(db, { accountId, region, name });
  if (record === undefined) throw functionNotFound({ accountId, region, name, qualifier: undefined });
  return record;
}

/**
 * Makes whoever else adds to the function or takes from it wait until this write ends: an alias must not come to a
 * version that is just being deleted. The first thing such a write does.
 * @param wanted what the 404 names that a missing function gets; unqualified without one
 */
export async function lockFunction(
  tx: Tx,
  { accountId, region, name }: FunctionKey,
  wanted?: string,
): Promise<void> {
  const isThere = await holdFunction(tx, { accountId, region, name });
  if (!isThere) throw functionNotFound({ accountId, region, name, qualifier: wanted });
}

/** As `lockFunction`; false when there is no such function. */
export async function holdFunction(tx: Tx, { accountId, region, name }: FunctionKey): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('lambda_function_settings')
    .set((column) => ({ next_version: column.ref('next_version') }))
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export function functionNotFound(reference: FunctionReference): Error {
  return resourceNotFound(`Function not found: ${askedArn(reference)}`);
}

/** The function's ARN, with the qualifier exactly when the caller named one. */
export function askedArn(reference: FunctionReference): string {
  const arn = functionArn(reference.accountId, reference.region, reference.name);
  return reference.qualifier === undefined ? arn : `${arn}:${reference.qualifier}`;
}

/** Adds the row of `$LATEST` or of a published version. False when there is one already. */
export async function insertVersionRow(
  tx: Tx,
  announce: Announce,
  store: Store,
  current: StoredFunction,
): Promise<boolean> {
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
      code_size: current.codeSize,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  const record = { current, serving: undefined };
  await moveReferences(tx, store.blobs, undefined, record);
  announce(changed(current, record));
  return true;
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

/** What more has to happen in the transaction that changes a function. */
export type AlsoChange = (
  tx: Tx,
  announce: Announce,
  change: { readonly before: FunctionRecord; readonly after: FunctionRecord },
) => Promise<void>;

/**
 * Reads, decides and writes in one transaction; two updates can never both see the state before the other.
 * @param key of `$LATEST` unless it names another version
 * @param decide pure; throws to refuse, returns undefined to leave the function as it is. Runs again on a lost race
 * @param also more work for the same transaction, which then has the function for itself
 */
export async function changeFunction(
  store: Store,
  key: FunctionKey & { readonly version?: string },
  decide: (before: FunctionRecord) => FunctionRecord | undefined,
  also?: AlsoChange,
): Promise<FunctionRecord | undefined> {
  return await retried(key, async () => {
    return await store.write(async (tx, announce) => {
      if (also !== undefined) await lockFunction(tx, key);
      const version = key.version ?? '$LATEST';
      const before = await findFunction(tx, key, version);
      if (before === undefined) throw functionNotFound({ ...key, qualifier: key.version });
      const after = decide(before);
      if (after === undefined) return undefined;
      await replaceVersionRow(tx, announce, store, before, after);
      await also?.(tx, announce, { before, after });
      return after;
    });
  });
}

/** Starts a write over while it loses races; gives up with 409. */
export async function retried<T>(key: FunctionKey, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LostRace)) throw error;
      if (attempt === WRITE_ATTEMPTS) throw updateInProgress(key);
    }
  }
}

/** Another writer changed the row between our read and our write; only possible on PostgreSQL. */
export class LostRace extends Error {}

/** Throws LostRace unless the row is as it was read. */
export async function replaceVersionRow(
  tx: Tx,
  announce: Announce,
  store: Store,
  before: FunctionRecord,
  after: FunctionRecord,
): Promise<void> {
  const { current, serving } = after;
  const updated = await tx
    .updateTable('lambda_functions')
    .set({
      configuration: JSON.stringify(current),
      serving_configuration: serving === undefined ? null : JSON.stringify(serving),
      revision_id: current.revisionId,
      code_size: current.codeSize,
    })
    .where('account_id', '=', current.accountId)
    .where('region', '=', current.region)
    .where('name', '=', current.name)
    .where('version', '=', current.version)
    .where('revision_id', '=', before.current.revisionId)
    .executeTakeFirst();
  if (updated.numUpdatedRows !== 1n) throw new LostRace('The function was changed at the same moment.');
  await moveReferences(tx, store.blobs, before, after);
  announce(changed(current, after));
}

export function changed(stored: StoredFunction, value?: FunctionRecord): Change {
  const key = functionVersionArn(stored);
  return value === undefined ? { kind: 'function', key } : { kind: 'function', key, value };
}
