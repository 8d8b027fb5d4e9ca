import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { Change } from '../../store/change-feed.ts';
import type { LogGroupTable, LogStreamTable } from '../../store/log-schema.ts';
import type { Database } from '../../store/schema.ts';
import { groupNotFound, streamNotFound } from './log-errors.ts';
import { type GroupName, groupArn } from './log-names.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

export type LogGroupRow = Selectable<LogGroupTable>;
export type LogStreamRow = Selectable<LogStreamTable>;

const DAY_MS = 86_400_000;

/** The group's row. @throws ServiceError ResourceNotFoundException */
export async function requireGroup(db: Kysely<Database>, group: GroupName): Promise<LogGroupRow> {
  const row = await db
    .selectFrom('log_groups')
    .selectAll()
    .where('account_id', '=', group.accountId)
    .where('region', '=', group.region)
    .where('name', '=', group.name)
    .executeTakeFirst();
  if (row === undefined) throw groupNotFound();
  return row;
}

/** A query for streams of one group, to narrow down further. */
export function selectStreams(db: Kysely<Database>, group: GroupName) {
  return db
    .selectFrom('log_streams')
    .selectAll()
    .where('account_id', '=', group.accountId)
    .where('region', '=', group.region)
    .where('group_name', '=', group.name);
}

/** One stream and its group. @throws ServiceError ResourceNotFoundException */
export async function requireStream(
  db: Kysely<Database>,
  group: GroupName,
  stream: string,
): Promise<{ group: LogGroupRow; stream: LogStreamRow }> {
  const groupRow = await requireGroup(db, group);
  const row = await selectStreams(db, group).where('name', '=', stream).executeTakeFirst();
  if (row === undefined) throw streamNotFound();
  return { group: groupRow, stream: row };
}

/** Events older than this are past the group's retention; 0 when they are kept for ever. */
export function retentionCutoffMs(group: LogGroupRow, nowMs: number): number {
  return group.retention_days === null ? 0 : nowMs - group.retention_days * DAY_MS;
}

/** What the change feed says of a group. */
export interface LogGroupChange extends GroupName {
  readonly retentionDays: number | null;
}

export type Announce = (change: Change) => void;

/** For `announce`; without a value the group is gone. */
export function groupChange(group: GroupName, value?: LogGroupChange): Change {
  const key = groupArn(group);
  return value === undefined ? { kind: 'log-group', key } : { kind: 'log-group', key, value };
}

/** Resolves when every stream that functions write to by now has its rows: reads see all that was logged before. */
export async function functionStreamsCreated(deps: LogsDependencies): Promise<void> {
  await deps.segments.placed();
}

/** The column begins with the text. `LIKE` would not do: SQLite's takes capitals for small letters. */
export function startsWith(column: 'name', prefix: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`substr(${sql.ref(column)}, 1, ${sql.lit(prefix.length)}) = ${prefix}`;
}

/** The column contains the text, on both engines and with regard to case. */
export function contains(column: 'name', text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`replace(${sql.ref(column)}, ${text}, '') <> ${sql.ref(column)}`;
}
