import { holdBucket, type Tx } from '../buckets/bucket-rows.ts';
import type { EventOrigin } from '../object-events.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { findVersion, lockKey, type ObjectKey, promoteNewest } from './object-rows.ts';
import type { ObjectDetails, StoredObject } from './stored-object.ts';
import { type Aftermath, makeRoom, removeVersion, rowOf } from './write-version.ts';

export interface Deletion extends ObjectKey {
  readonly versionId: string | undefined;
  /** Throws to refuse, given what would be deleted. */
  readonly check?: ((current: StoredObject | undefined) => void) | undefined;
  readonly origin: EventOrigin;
  /** What its event is called; of requests unless set. */
  readonly family?: 'ObjectRemoved' | 'LifecycleExpiration';
}

export interface Deleted {
  /** A delete marker was made, or removed. */
  readonly isDeleteMarker: boolean;
  /** Undefined in buckets without versions. */
  readonly versionId: string | undefined;
}

const NO_DETAILS: ObjectDetails = {
  headers: {},
  metadata: {},
  storageClass: 'STANDARD',
  checksums: {},
  checksumType: 'FULL_OBJECT',
};

/** Deletes a version, or hides a key behind a delete marker. What is not there is deleted already. */
export async function deleteVersion(
  deps: S3Dependencies,
  tx: Tx,
  deletion: Deletion,
  aftermath: Aftermath,
): Promise<Deleted> {
  await lockKey(deps.store, tx, deletion);
  const [bucket, found] = await Promise.all([
    holdBucket(deps.store, tx, deletion.bucket),
    findVersion(tx, deletion, deletion.versionId),
  ]);
  deletion.check?.(found?.isDeleteMarker === true && deletion.versionId === undefined ? undefined : found);
  const timeMs = deps.clock.now();
  const { key, origin, family = 'ObjectRemoved' } = deletion;
  const event = { bucket, key, timeMs, origin };
  if (deletion.versionId === undefined && bucket.versioning !== '') {
    const place = await makeRoom(deps, tx, bucket, deletion, found, aftermath);
    const marker = { ...deletion, etag: '', size: 0, contentId: undefined, details: NO_DETAILS, tags: {} };
    await tx
      .insertInto('s3_objects')
      .values(rowOf(marker, place, true))
      .execute();
    await deps.events.accept(tx, [{ ...event, ...place, name: `${family}:DeleteMarkerCreated` }], aftermath);
    return { isDeleteMarker: true, versionId: place.versionId };
  }
  if (found !== undefined) {
    await removeVersion(tx, found, aftermath);
    if (found.isLatest) await promoteNewest(tx, deletion);
    const sequence = deps.sequences.next(timeMs, found.sequence);
    const { versionId } = found;
    await deps.events.accept(tx, [{ ...event, versionId, sequence, name: `${family}:Delete` }], aftermath);
  }
  return { isDeleteMarker: found?.isDeleteMarker === true, versionId: deletion.versionId };
}
