import type { Transaction } from 'kysely';
import {
  type FunctionRecord,
  functionVersionArn,
  type StoredFunction,
} from '../../../model/stored-function.ts';
import type { BlobStore } from '../../../store/blob-store.ts';
import type { Database } from '../../../store/schema.ts';

type Tx = Transaction<Database>;

/** Every deployment that can still run holds its code by a reference of its own. */
export async function moveReferences(
  tx: Tx,
  blobs: BlobStore,
  before: FunctionRecord | undefined,
  after: FunctionRecord | undefined,
): Promise<void> {
  const held = deployments(before);
  const kept = deployments(after);
  const heldOwners = new Set(held.map(blobOwner));
  const keptOwners = new Set(kept.map(blobOwner));
  for (const stored of kept) {
    if (!heldOwners.has(blobOwner(stored))) await blobs.reference(tx, stored.codeSha256, blobOwner(stored));
  }
  for (const stored of held) {
    if (!keptOwners.has(blobOwner(stored))) await blobs.release(tx, stored.codeSha256, blobOwner(stored));
  }
}

function deployments(record: FunctionRecord | undefined): StoredFunction[] {
  if (record === undefined) return [];
  return record.serving === undefined ? [record.current] : [record.current, record.serving];
}

function blobOwner(stored: StoredFunction): string {
  return `${functionVersionArn(stored)}#${stored.deploymentId}`;
}
