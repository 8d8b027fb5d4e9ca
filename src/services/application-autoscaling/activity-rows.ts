import type { Kysely } from 'kysely';
import type { Caller } from '../../model/function-reference.ts';
import type { Database } from '../../store/schema.ts';
import type { Tx } from './definition-rows.ts';
import type { StoredActivity } from './stored-definitions.ts';

/** AWS keeps them for six weeks. */
const KEPT_MS = 42 * 86_400_000;

/** Adds an activity or its new state. */
export async function writeActivity(tx: Tx, of: Caller, activity: StoredActivity): Promise<void> {
  const { status, endMs, startMs } = activity;
  const endedMs = status === 'InProgress' ? null : (endMs ?? startMs);
  const state = { ended_at_ms: endedMs, details: JSON.stringify(activity) };
  await tx
    .insertInto('autoscaling_activities')
    .values({
      account_id: of.accountId,
      region: of.region,
      id: activity.id,
      resource_id: activity.resourceId,
      started_at_ms: activity.startMs,
      ...state,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'id']).doUpdateSet(state))
    .execute();
  await tx
    .deleteFrom('autoscaling_activities')
    .where('started_at_ms', '<', activity.startMs - KEPT_MS)
    .execute();
}

/** The latest first. */
export async function readActivities(
  db: Kysely<Database>,
  of: Caller,
  resourceId: string | undefined,
): Promise<StoredActivity[]> {
  let query = db
    .selectFrom('autoscaling_activities')
    .select('details')
    .where('account_id', '=', of.accountId)
    .where('region', '=', of.region);
  if (resourceId !== undefined) query = query.where('resource_id', '=', resourceId);
  const rows = await query.orderBy('started_at_ms', 'desc').orderBy('id').execute();
  return rows.map((row) => JSON.parse(row.details) as StoredActivity);
}

/** Those whose outcome is not known yet, of every account, the oldest first. */
export async function readUnsettled(
  db: Kysely<Database>,
): Promise<(Caller & { activity: StoredActivity })[]> {
  const rows = await db
    .selectFrom('autoscaling_activities')
    .select(['account_id', 'region', 'details'])
    .where('ended_at_ms', 'is', null)
    .orderBy('started_at_ms')
    .execute();
  return rows.map((row) => ({
    accountId: row.account_id,
    region: row.region,
    activity: JSON.parse(row.details) as StoredActivity,
  }));
}
