import type { Kysely, Transaction } from 'kysely';
import type { Change } from '../../store/change-feed.ts';
import type { Database } from '../../store/schema.ts';
import { nextDueMs, type ScheduleName, type StoredSchedule } from './stored-schedule.ts';

export type Tx = Transaction<Database>;

/** Something about schedules is different: who waits for the next one looks again. */
export const SCHEDULES_CHANGED: Change = { kind: 'schedule', key: '*' };

export function selectSchedules(db: Kysely<Database>, accountId: string, region: string) {
  return db
    .selectFrom('scheduler_schedules')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region);
}

/** @param isLocked keeps others from changing it until the transaction ends */
export async function findSchedule(
  db: Kysely<Database>,
  { accountId, region, group, name }: ScheduleName,
  isLocked = false,
): Promise<StoredSchedule | undefined> {
  const row = await selectSchedules(db, accountId, region)
    .where('group_name', '=', group)
    .where('name', '=', name)
    .$if(isLocked, (query) => query.forUpdate())
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.definition) as StoredSchedule);
}

export async function writeSchedule(tx: Tx, schedule: StoredSchedule, nowMs: number): Promise<void> {
  const definition = JSON.stringify(schedule);
  const next_at_ms = schedule.state === 'ENABLED' ? (nextDueMs(schedule, nowMs) ?? null) : null;
  await tx
    .insertInto('scheduler_schedules')
    .values({
      account_id: schedule.accountId,
      region: schedule.region,
      group_name: schedule.group,
      name: schedule.name,
      definition,
      next_at_ms,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'region', 'group_name', 'name'])
        .doUpdateSet({ definition, next_at_ms }),
    )
    .execute();
}

/** @returns whether it was there */
export async function removeSchedule(tx: Tx, schedule: ScheduleName): Promise<boolean> {
  const gone = await tx
    .deleteFrom('scheduler_schedules')
    .where('account_id', '=', schedule.accountId)
    .where('region', '=', schedule.region)
    .where('group_name', '=', schedule.group)
    .where('name', '=', schedule.name)
    .returning('name')
    .execute();
  return gone.length > 0;
}
