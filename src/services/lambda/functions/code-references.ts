import type { Transaction } from 'kysely';
import {
  type FunctionRecord,
  functionVersionArn,
  type StoredFunction,
} from '../../../model/stored-function.ts';
import { type BlobStore, MissingBlob } from '../../../store/blob-store.ts';
import type { Database } from '../../../store/schema.ts';
import { noLayerVersion } from '../layers/layer-reference.ts';

type Tx = Transaction<Database>;

/**
 * Every deployment that can still run holds its code and its layers by references of its own. Throws
 * InvalidParameterValueException when the content of a layer has gone since the layer was looked up.
 */
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
    if (!heldOwners.has(blobOwner(stored))) await hold(tx, blobs, stored);
  }
  for (const stored of held) {
    if (!keptOwners.has(blobOwner(stored))) await letGo(tx, blobs, stored);
  }
}

async function hold(tx: Tx, blobs: BlobStore, stored: StoredFunction): Promise<void> {
  await blobs.reference(tx, stored.codeSha256, blobOwner(stored));
  for (const { codeSha256, arn } of stored.layers) {
    try {
      await blobs.reference(tx, codeSha256, blobOwner(stored));
    } catch (error) {
      throw error instanceof MissingBlob ? noLayerVersion(arn) : error;
    }
  }
}

async function letGo(tx: Tx, blobs: BlobStore, stored: StoredFunction): Promise<void> {
  for (const { codeSha256 } of [stored, ...stored.layers]) {
    await blobs.release(tx, codeSha256, blobOwner(stored));
  }
}

function deployments(record: FunctionRecord | undefined): StoredFunction[] {
  if (record === undefined) return [];
  return record.serving === undefined ? [record.current] : [record.current, record.serving];
}

function blobOwner(stored: StoredFunction): string {
  return `${functionVersionArn(stored)}#${stored.deploymentId}`;
}
