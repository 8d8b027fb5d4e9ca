import type { Tx } from '../queues/queue-rows.ts';
import { type ClaimRequest, type ClaimResult, type ClaimTask, handlingOf } from './claim-standard.ts';
import { buryFifo, type Handling, verdictOf } from './dead-letters.ts';
import { type GroupKey, MOST_IN_FLIGHT, refreshGroup, setAvailable } from './fifo-groups.ts';
import { markReceived, type MessageRow, removeRows } from './message-rows.ts';

/** A caller may ask again for what it got, for so long after it was handed out. */
const ATTEMPT_WINDOW_MS = 300_000;
const MOST_ROUNDS = 20;
/** Groups looked at in one go, at most. */
const MOST_GROUPS = 64;

/** A claim under way. */
interface Progress {
  readonly task: ClaimTask;
  readonly handling: Handling;
  readonly batches: MessageRow[][];
  hasBuried: boolean;
  nextDueMs: number;
}

/**
 * Takes messages group by group, the group first that has been available longest, and as many of it as the receiver
 * wants. A group with messages in flight is not available, so one receiver at a time has messages of it.
 */
export async function claimFifo(tx: Tx, task: ClaimTask): Promise<ClaimResult> {
  const handling = await handlingOf(tx, task);
  const progress: Progress = {
    task,
    handling,
    batches: task.requests.map(() => []),
    hasBuried: false,
    nextDueMs: Infinity,
  };
  for (const [index, request] of task.requests.entries()) {
    if (request.attemptId !== undefined)
      progress.batches[index] = await receivedBefore(tx, task, request, request.attemptId);
  }
  const isRepeated = progress.batches.map((batch) => batch.length > 0);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (!(await claimRound(tx, progress, isRepeated))) break;
  }
  const { batches, nextDueMs, hasBuried } = progress;
  return { batches, nextDueMs, hasBuried, lastGroupId: task.lastGroupId };
}

/** @returns whether there may be more to claim for requests that are not satisfied */
async function claimRound(tx: Tx, progress: Progress, isRepeated: readonly boolean[]): Promise<boolean> {
  const { task, batches } = progress;
  const open = task.requests.flatMap((request, index) =>
    isRepeated[index] === true || (batches[index] ?? []).length >= request.most ? [] : [{ request, index }],
  );
  const room = open.reduce(
    (sum, { request, index }) => sum + request.most - (batches[index]?.length ?? 0),
    0,
  );
  const groups = await availableGroups(tx, task, Math.min(room, MOST_GROUPS) + 1);
  const due = groups.slice(0, Math.min(room, MOST_GROUPS)).filter((g) => g.available_at_ms <= task.nowMs);
  progress.nextDueMs = Math.min(progress.nextDueMs, groups[due.length]?.available_at_ms ?? Infinity);
  let used = 0;
  let claimed = 0;
  for (const { request, index } of open) {
    const batch = batches[index] ?? [];
    for (; used < due.length && batch.length < request.most; used += 1) {
      const group = { contentsId: task.queue.contentsId, groupId: due[used]?.group_id ?? '' };
      const rows = await claimGroup(tx, progress, group, request, request.most - batch.length);
      batch.push(...rows);
      claimed += rows.length;
    }
  }
  const left = due[used];
  if (left !== undefined) progress.nextDueMs = Math.min(progress.nextDueMs, left.available_at_ms);
  // Where what was claimed stays visible, the same groups would come again.
  const isShort = open.some(({ request, index }) => (batches[index]?.length ?? 0) < request.most);
  const staysVisible = claimed > 0 && open.some(({ request }) => request.visibilityMs === 0);
  return isShort && due.length > 0 && groups.length > due.length && !staysVisible;
}

async function availableGroups(tx: Tx, { queue, skipsLocked }: ClaimTask, limit: number) {
  return await tx
    .selectFrom('sqs_groups')
    .select(['group_id', 'available_at_ms'])
    .where('contents_id', '=', queue.contentsId)
    .orderBy('available_at_ms')
    .orderBy('group_id')
    .limit(limit)
    .$if(skipsLocked, (query) => query.forUpdate().skipLocked())
    .execute();
}

async function claimGroup(
  tx: Tx,
  progress: Progress,
  group: GroupKey,
  request: ClaimRequest,
  most: number,
): Promise<MessageRow[]> {
  const { nowMs } = progress.task;
  const sequences = await liveHead(tx, progress, group, most);
  if (sequences.length === 0) {
    progress.nextDueMs = Math.min(progress.nextDueMs, await refreshGroup(tx, group, nowMs));
    return [];
  }
  const backAtMs = nowMs + request.visibilityMs;
  progress.nextDueMs = Math.min(progress.nextDueMs, backAtMs);
  const [rows] = await Promise.all([
    markReceived(tx, sequences, request, nowMs),
    setAvailable(tx, group, backAtMs),
  ]);
  return rows;
}

/** The first messages of a group, as far as they are visible, without those that have expired or are dead. */
async function liveHead(tx: Tx, progress: Progress, group: GroupKey, most: number): Promise<number[]> {
  const { task, handling } = progress;
  for (;;) {
    const head = await headOf(tx, group);
    const hidden = head.findIndex((row) => row.visible_at_ms > task.nowMs);
    const visible = hidden === -1 ? head : head.slice(0, hidden);
    const byVerdict = { live: [] as MessageRow[], expired: [] as MessageRow[], dead: [] as MessageRow[] };
    for (const row of visible) byVerdict[verdictOf(row, handling)].push(row);
    await removeRows(
      tx,
      byVerdict.expired.map((row) => row.sequence),
    );
    if (byVerdict.dead.length > 0 && handling.deadLetters !== undefined) {
      await buryFifo(tx, byVerdict.dead, task.queue, handling.deadLetters, task.nowMs);
      progress.hasBuried = true;
    }
    const live = byVerdict.live.slice(0, most).map((row) => row.sequence);
    if (live.length > 0 || visible.length < MOST_IN_FLIGHT) return live;
  }
}

async function headOf(tx: Tx, { contentsId, groupId }: GroupKey): Promise<MessageRow[]> {
  return await tx
    .selectFrom('sqs_messages')
    .selectAll()
    .where('contents_id', '=', contentsId)
    .where('group_id', '=', groupId)
    .orderBy('sequence')
    .limit(MOST_IN_FLIGHT)
    .execute();
}

/** What a caller got under the same attempt id a moment ago and has not deleted: the same receipts, hidden anew. */
async function receivedBefore(
  tx: Tx,
  { queue, nowMs }: ClaimTask,
  { visibilityMs }: ClaimRequest,
  attemptId: string,
): Promise<MessageRow[]> {
  const inFlight = tx
    .selectFrom('sqs_messages')
    .selectAll()
    .where('contents_id', '=', queue.contentsId)
    .where('visible_at_ms', '>', nowMs)
    .where('receive_attempt_id', '=', attemptId)
    .where('received_at_ms', '>', nowMs - ATTEMPT_WINDOW_MS)
    .orderBy('sequence');
  const rows = await inFlight.execute();
  const sequences = rows.map((row) => row.sequence);
  if (sequences.length === 0) return [];
  await tx
    .updateTable('sqs_messages')
    .set({ visible_at_ms: nowMs + visibilityMs })
    .where('sequence', 'in', sequences)
    .execute();
  const groups = new Set(rows.map((row) => row.group_id ?? ''));
  for (const groupId of groups) await refreshGroup(tx, { contentsId: queue.contentsId, groupId }, nowMs);
  return rows;
}
