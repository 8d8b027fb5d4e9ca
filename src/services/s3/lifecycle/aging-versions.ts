import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { StoredObject } from '../objects/stored-object.ts';
import { storedObjectOf } from '../objects/stored-object.ts';
import type { AgingVersion } from './lifecycle-rules.ts';

/** Keys read at once. */
const PAGE_KEYS = 500;

/** All keys of a bucket, each with its versions from the newest on; what is written meanwhile may be left out. */
export async function* keysOf(
  db: Kysely<Database>,
  bucket: string,
): AsyncGenerator<readonly StoredObject[], void, undefined> {
  let after: string | undefined;
  for (;;) {
    const keys = await db
      .selectFrom('s3_objects')
      .select('key')
      .where('bucket', '=', bucket)
      .$if(after !== undefined, (query) => query.where('key', '>', after ?? ''))
      .groupBy('key')
      .orderBy('key')
      .limit(PAGE_KEYS)
      .execute();
    const last = keys.at(-1)?.key;
    if (last === undefined) return;
    const rows = await db
      .selectFrom('s3_objects')
      .selectAll()
      .where('bucket', '=', bucket)
      .where('key', '<=', last)
      .$if(after !== undefined, (query) => query.where('key', '>', after ?? ''))
      .orderBy('key')
      .orderBy('sequence', 'desc')
      .execute();
    yield* Map.groupBy(rows.map(storedObjectOf), ({ key }) => key).values();
    if (keys.length < PAGE_KEYS) return;
    after = last;
  }
}

/** A key's versions as rules see them. @param versions from the newest on */
export function agingVersions(versions: readonly StoredObject[]): readonly AgingVersion[] {
  let newerNoncurrent = -1;
  return versions.map((version, at) => {
    newerNoncurrent += 1;
    return {
      key: version.key,
      size: version.size,
      tags: version.tags,
      isLatest: version.isLatest,
      isDeleteMarker: version.isDeleteMarker,
      modifiedMs: version.modifiedAt.getTime(),
      noncurrentSinceMs: versions[at - 1]?.modifiedAt.getTime(),
      newerNoncurrent: Math.max(newerNoncurrent - 1, 0),
      isAlone: versions.length === 1,
    };
  });
}
