import type { Kysely } from 'kysely';
import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import type { Database } from '../../../store/schema.ts';
import { IS_LATEST } from '../objects/object-rows.ts';
import type { ListPosition } from './collect-page.ts';
import { successorOf } from './key-order.ts';

/** Of one bucket. */
interface ListScope {
  readonly bucket: string;
  readonly prefix: string;
  /** All versions and delete markers, instead of the objects there are. */
  readonly showsVersions: boolean;
}

/** Reads rows in the order of a list: by key, and the newest version first. */
export function listRows(
  db: Kysely<Database>,
  { bucket, prefix, showsVersions }: ListScope,
): (from: ListPosition, limit: number) => Promise<readonly S3ObjectTable[]> {
  const end = prefix === '' ? undefined : successorOf(prefix);
  return async (from, limit) => {
    let query = db.selectFrom('s3_objects').selectAll().where('bucket', '=', bucket);
    if (!showsVersions) query = query.where(IS_LATEST).where('is_delete_marker', '=', 0);
    if (prefix !== '') query = query.where('key', '>=', prefix);
    if (end !== undefined) query = query.where('key', '<', end);
    if (from.kind === 'at') query = query.where('key', '>=', from.key);
    if (from.kind === 'after') query = query.where('key', '>', from.key);
    if (from.kind === 'older' && !showsVersions) query = query.where('key', '>', from.key);
    if (from.kind === 'older' && showsVersions) {
      const { key, sequence } = from;
      query = query
        .where('key', '>=', key)
        .where((row) => row.or([row('key', '>', key), row('sequence', '<', sequence)]));
    }
    const ordered = query.orderBy('key');
    return await (showsVersions ? ordered.orderBy('sequence', 'desc') : ordered).limit(limit).execute();
  };
}
