import { sql } from 'kysely';
import type { Tx } from '../queues/queue-rows.ts';

/** The oldest message of a group that can be received. */
export interface GroupHead {
  readonly groupId: string;
  readonly sequence: number;
}

/** Groups looked at for one claim, at most. */
const MOST_GROUPS = 64;

/**
 * Takes the groups of a standard queue in turn: one message of each, from the group behind the one whose turn it was
 * last. However much there is of one group, the others come as often as it does.
 * @param most groups
 */
export async function headsInTurn(
  tx: Tx,
  contentsId: number,
  {
    lastGroupId,
    most,
    nowMs,
  }: { readonly lastGroupId: string; readonly most: number; readonly nowMs: number },
): Promise<GroupHead[]> {
  const wanted = Math.min(most, MOST_GROUPS);
  const behind = await headsAfter(tx, contentsId, lastGroupId, nowMs);
  if (behind.length >= wanted || lastGroupId === '') return behind.slice(0, wanted);
  const fromTheBeginning = await headsAfter(tx, contentsId, '', nowMs);
  const others = fromTheBeginning.filter(({ groupId }) => groupId <= lastGroupId);
  return [...behind, ...others].slice(0, wanted);
}

/** Goes from group to group in the index, whatever there is of each. */
async function headsAfter(tx: Tx, contentsId: number, groupId: string, nowMs: number): Promise<GroupHead[]> {
  const { rows } = await sql<{ group_id: string; sequence: number | null }>`
    with recursive turns (group_id, place) as (
      select min(group_id), 1 from sqs_messages where contents_id = ${contentsId} and group_id > ${groupId}
      union all
      select (
        select min(m.group_id) from sqs_messages m where m.contents_id = ${contentsId} and m.group_id > turns.group_id
      ), place + 1
      from turns where turns.group_id is not null and place < ${MOST_GROUPS}
    )
    select group_id, (
      select m.sequence from sqs_messages m
      where m.contents_id = ${contentsId} and m.group_id = turns.group_id and m.visible_at_ms <= ${nowMs}
      order by m.sequence limit 1
    ) as sequence
    from turns where group_id is not null order by group_id
  `.execute(tx);
  return rows.flatMap(({ group_id, sequence }) =>
    sequence === null ? [] : [{ groupId: group_id, sequence }],
  );
}
