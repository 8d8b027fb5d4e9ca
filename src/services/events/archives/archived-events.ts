import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { PlatformEvent } from '../publishing/platform-event.ts';
import { keptSinceMs, type StoredArchive } from './stored-archive.ts';

type Tx = Transaction<Database>;

/** An event on its way into an archive. */
export interface EventToArchive {
  readonly archive: StoredArchive;
  readonly event: PlatformEvent;
  /** The event, JSON. */
  readonly text: string;
}

/** Where a reader of an archive stands: behind this event. */
export interface ArchivePosition {
  readonly timeMs: number;
  readonly sequence: number;
}

export interface ArchivedEvent {
  readonly position: ArchivePosition;
  /** JSON */
  readonly text: string;
}

export async function insertArchived(
  tx: Tx,
  events: readonly EventToArchive[],
  nowMs: number,
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ archive, event, text }) => ({
    account_id: archive.accountId,
    region: archive.region,
    archive_id: archive.id,
    time_ms: Date.parse(event.time),
    archived_at_ms: nowMs,
    size: Buffer.byteLength(text),
    event: text,
  }));
  await tx.insertInto('events_archived').values(rows).execute();
}

/** The next events in the order of their times, up to and with those of `untilMs`. */
export async function archivedAfter(
  tx: Tx,
  archive: StoredArchive,
  {
    after,
    untilMs,
    nowMs,
    most,
  }: {
    readonly after: ArchivePosition;
    readonly untilMs: number;
    readonly nowMs: number;
    readonly most: number;
  },
): Promise<ArchivedEvent[]> {
  const rows = await tx
    .selectFrom('events_archived')
    .select(['sequence', 'time_ms', 'event'])
    .where('archive_id', '=', archive.id)
    .where('time_ms', '>=', after.timeMs)
    .where('time_ms', '<=', untilMs)
    .where((row) => row.or([row('time_ms', '>', after.timeMs), row('sequence', '>', after.sequence)]))
    .where('archived_at_ms', '>=', keptSinceMs(archive, nowMs))
    .orderBy('time_ms')
    .orderBy('sequence')
    .limit(most)
    .execute();
  return rows.map((row) => ({
    position: { timeMs: row.time_ms, sequence: row.sequence },
    text: row.event,
  }));
}

/** How many events an archive holds, and their bytes. */
export async function measureArchive(
  db: Kysely<Database>,
  archive: StoredArchive,
  nowMs: number,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const row = await db
    .selectFrom('events_archived')
    .select((select) => [
      select.fn.countAll<number>().as('count'),
      select.fn.sum<number | null>('size').as('bytes'),
    ])
    .where('archive_id', '=', archive.id)
    .where('archived_at_ms', '>=', keptSinceMs(archive, nowMs))
    .executeTakeFirst();
  return { count: row?.count ?? 0, bytes: row?.bytes ?? 0 };
}

/** Removes some of what was archived before that moment. @returns whether there may be more */
export async function removeArchived(
  tx: Tx,
  archiveId: string,
  beforeMs: number,
  most: number,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('events_archived')
    .where('sequence', 'in', (query) =>
      query
        .selectFrom('events_archived')
        .select('sequence')
        .where('archive_id', '=', archiveId)
        .where('archived_at_ms', '<', beforeMs)
        .limit(most),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) >= most;
}
