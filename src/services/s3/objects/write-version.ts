import { randomBytes } from 'node:crypto';
import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import { holdBucket, type Tx } from '../buckets/bucket-rows.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { type DiscardedContent, releaseContent } from '../contents/content-rows.ts';
import { expiration } from '../lifecycle/announced-ends.ts';
import type { EventOrigin, ObjectEvent } from '../object-events.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { deleteRow, findVersion, lockKey, type ObjectKey, supersede } from './object-rows.ts';
import { type ObjectDetails, shownVersion, type StoredObject, wholeSeconds } from './stored-object.ts';

/** A version that is to become the current one. */
export interface NewVersion extends ObjectKey {
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  readonly contentId: string | undefined;
  readonly partCount?: number | undefined;
  readonly details: ObjectDetails;
  readonly tags: Readonly<Record<string, string>>;
}

export interface WriteRules {
  readonly event: ObjectEvent['name'];
  readonly origin: EventOrigin;
  /** Throws to refuse, given the object that is read at present; undefined where there is none, or a delete marker. */
  readonly check?: ((current: StoredObject | undefined) => void) | undefined;
}

export interface WrittenVersion {
  readonly bucket: StoredBucket;
  readonly versionId: string;
  readonly modifiedAtMs: number;
  /** What answers tell of it beside its content. */
  readonly shown: { readonly VersionId?: string; readonly Expiration?: string };
}

/** What a transaction leaves to be done after its commit. */
export interface Aftermath {
  readonly discarded: DiscardedContent[];
  /** Starts what the events of the change have to be told. */
  readonly begin: (() => void)[];
}

/** Writes that concern objects, and afterwards takes away the files they have left without an owner. */
export async function changeObjects<T>(
  { store, contents }: Pick<S3Dependencies, 'store' | 'contents'>,
  work: (tx: Tx, aftermath: Aftermath) => Promise<T>,
): Promise<T> {
  let aftermath: Aftermath = { discarded: [], begin: [] };
  const result = await store.write(async (tx) => {
    aftermath = { discarded: [], begin: [] };
    return await work(tx, aftermath);
  });
  contents.discard(aftermath.discarded);
  for (const begin of aftermath.begin) begin();
  return result;
}

/** Puts a version in front of a key's others, or in the place of the one without an id. Its content must be counted already. */
export async function writeVersion(
  deps: S3Dependencies,
  tx: Tx,
  version: NewVersion,
  rules: WriteRules,
  aftermath: Aftermath,
): Promise<WrittenVersion> {
  await lockKey(deps.store, tx, version);
  const [bucket, latest] = await Promise.all([
    holdBucket(deps.store, tx, version.bucket),
    findVersion(tx, version),
  ]);
  rules.check?.(latest?.isDeleteMarker === true ? undefined : latest);
  const place = await makeRoom(deps, tx, bucket, version, latest, aftermath);
  const row = rowOf(version, place, false);
  await tx.insertInto('s3_objects').values(row).execute();
  await deps.events.accept(
    tx,
    [
      {
        ...place,
        name: rules.event,
        bucket,
        key: version.key,
        size: version.size,
        etag: version.etag,
        timeMs: place.modifiedAtMs,
        origin: rules.origin,
      },
    ],
    aftermath,
  );
  const modifiedAt = wholeSeconds(place.modifiedAtMs);
  const shown = {
    ...shownVersion(bucket.versioning, place.versionId),
    ...expiration(bucket, { ...version, modifiedAt }),
  };
  return { bucket, ...place, shown };
}

export interface Place {
  readonly sequence: number;
  readonly versionId: string;
  readonly modifiedAtMs: number;
}

/** Moves what is there out of the way of a new version or delete marker. */
export async function makeRoom(
  { clock, sequences }: S3Dependencies,
  tx: Tx,
  { versioning }: StoredBucket,
  name: ObjectKey,
  latest: StoredObject | undefined,
  aftermath: Aftermath,
): Promise<Place> {
  const modifiedAtMs = clock.now();
  const sequence = sequences.next(modifiedAtMs, latest?.sequence);
  const versionId = versioning === 'Enabled' ? newVersionId() : 'null';
  const replaced =
    versionId !== 'null' || latest === undefined
      ? undefined
      : latest.versionId === 'null'
        ? latest
        : await findVersion(tx, name, 'null');
  if (replaced !== undefined) await removeVersion(tx, replaced, aftermath);
  if (latest !== undefined && replaced?.sequence !== latest.sequence) await supersede(tx, latest);
  return { sequence, versionId, modifiedAtMs };
}

export async function removeVersion(tx: Tx, version: StoredObject, aftermath: Aftermath): Promise<void> {
  await deleteRow(tx, version);
  if (version.contentId === undefined) return;
  aftermath.discarded.push(...(await releaseContent(tx, version.contentId)));
}

export function rowOf(version: NewVersion, place: Place, isDeleteMarker: boolean): S3ObjectTable {
  const tags = Object.keys(version.tags).length === 0 ? null : JSON.stringify(version.tags);
  return {
    bucket: version.bucket,
    key: version.key,
    sequence: place.sequence,
    version_id: place.versionId,
    is_latest: 1,
    is_delete_marker: isDeleteMarker ? 1 : 0,
    etag: version.etag,
    size: version.size,
    modified_at_ms: place.modifiedAtMs,
    content_id: version.contentId ?? null,
    part_count: version.partCount ?? null,
    details: JSON.stringify(version.details),
    tags,
  };
}

/** 32 characters that stand in a URL as they are. */
function newVersionId(): string {
  return randomBytes(24).toString('base64url').replaceAll('-', '.');
}
