import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import {
  buryStandard,
  type DeadLetterTarget,
  type Handling,
  holdContents,
  verdictOf,
} from './dead-letters.ts';
import { headsInTurn } from './fair-share.ts';
import { type ClaimMark, inChunks, markReceived, type MessageRow, removeRows } from './message-rows.ts';

/** One receiver's wish. */
export interface ClaimRequest extends ClaimMark {
  readonly most: number;
}

/** What several receivers of one queue want at the same moment. */
export interface ClaimTask {
  readonly queue: StoredQueue;
  readonly requests: readonly ClaimRequest[];
  readonly deadLetters: DeadLetterTarget | undefined;
  readonly nowMs: number;
  /** Leave alone what another platform is just claiming; only PostgreSQL knows how. */
  readonly skipsLocked: boolean;
  /** The group of a standard queue whose turn it was last; empty: nobody knows. */
  readonly lastGroupId: string;
}

export interface ClaimResult {
  /** What each request gets. */
  readonly batches: readonly (readonly MessageRow[])[];
  /** When something can be claimed next, as far as it is known; Infinity: nothing is there. */
  readonly nextDueMs: number;
  readonly hasBuried: boolean;
  /** As in the task, for the next claim. */
  readonly lastGroupId: string;
}

interface Candidates {
  readonly sequences: number[];
  nextDueMs: number;
  hasBuried: boolean;
  lastGroupId: string;
}

type Candidate = Pick<MessageRow, 'sequence' | 'visible_at_ms' | 'receive_count' | 'sent_at_ms' | 'group_id'>;

/** Messages that turn out to be expired or dead make room for others so often in one claim. */
const MOST_ROUNDS = 20;

/** Takes the messages that have been visible longest; where they have groups, some of each group. */
export async function claimStandard(tx: Tx, task: ClaimTask): Promise<ClaimResult> {
  const { requests, nowMs } = task;
  const wanted = requests.reduce((sum, { most }) => sum + most, 0);
  const { sequences, nextDueMs, hasBuried, lastGroupId } = await takeCandidates(tx, task, wanted);
  const shares = requests.map(({ most }) => sequences.splice(0, most));
  const rows = await markShares(tx, requests, shares, nowMs);
  const backAtMs = requests.map(({ visibilityMs }, index) =>
    (shares[index] ?? []).length === 0 ? Infinity : nowMs + visibilityMs,
  );
  return {
    batches: shares.map((share) => share.flatMap((sequence) => rows.get(sequence) ?? [])),
    nextDueMs: Math.min(nextDueMs, ...backAtMs),
    hasBuried,
    lastGroupId,
  };
}

/** Hides what each request gets; of requests that are alike, as they mostly are, in one go. */
async function markShares(
  tx: Tx,
  requests: readonly ClaimRequest[],
  shares: readonly (readonly number[])[],
  nowMs: number,
): Promise<Map<number, MessageRow>> {
  const alike = new Map<number, number[]>();
  for (const [index, { visibilityMs }] of requests.entries()) {
    const share = shares[index] ?? [];
    if (share.length > 0) alike.set(visibilityMs, [...(alike.get(visibilityMs) ?? []), ...share]);
  }
  const marked = await Promise.all(
    [...alike].map(async ([visibilityMs, sequences]) =>
      // Attempts have ids in FIFO queues only.
      markReceived(tx, sequences, { visibilityMs, attemptId: undefined }, nowMs),
    ),
  );
  return new Map(marked.flat().map((row) => [row.sequence, row]));
}

async function takeCandidates(tx: Tx, task: ClaimTask, wanted: number): Promise<Candidates> {
  const { lastGroupId } = task;
  const found: Candidates = { sequences: [], nextDueMs: Infinity, hasBuried: false, lastGroupId };
  const handling = await handlingOf(tx, task);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const rows = await oldestVisible(tx, task, wanted + 1);
    const due = await fairly(tx, task, rows, wanted);
    found.nextDueMs = rows.find((row) => !due.includes(row))?.visible_at_ms ?? Infinity;
    found.lastGroupId = due.findLast((row) => row.group_id !== null)?.group_id ?? lastGroupId;
    const byVerdict = { live: [] as number[], expired: [] as number[], dead: [] as number[] };
    for (const row of due) byVerdict[verdictOf(row, handling)].push(row.sequence);
    // Those of an earlier round are found again: nothing is hidden before the end.
    found.sequences.splice(0, Infinity, ...byVerdict.live);
    if (byVerdict.live.length === due.length) break;
    await removeRows(tx, byVerdict.expired);
    if (byVerdict.dead.length > 0 && handling.deadLetters !== undefined) {
      await buryStandard(tx, byVerdict.dead, task.queue, handling.deadLetters, task.nowMs);
      found.hasBuried = true;
    }
  }
  return found;
}

/** Without the dead-letter queue when that is gone: its messages then stay where they are. */
export async function handlingOf(tx: Tx, task: ClaimTask): Promise<Handling> {
  const { queue, deadLetters, nowMs, skipsLocked } = task;
  const isThere = deadLetters !== undefined && (await holdContents(tx, deadLetters.queue, skipsLocked));
  return { retentionMs: queue.retentionMs, deadLetters: isThere ? deadLetters : undefined, nowMs };
}

async function oldestVisible(tx: Tx, task: ClaimTask, limit: number): Promise<Candidate[]> {
  return await candidates(tx, task).orderBy('visible_at_ms').orderBy('sequence').limit(limit).execute();
}

function candidates(tx: Tx, { queue, skipsLocked }: ClaimTask) {
  return tx
    .selectFrom('sqs_messages')
    .select(['sequence', 'visible_at_ms', 'receive_count', 'sent_at_ms', 'group_id'])
    .where('contents_id', '=', queue.contentsId)
    .$if(skipsLocked, (query) => query.forUpdate().skipLocked());
}

/**
 * What is due of the oldest, up to so many; where there is more, and it has groups, the groups in turn come before it.
 * @param oldest one more than are wanted, if there are so many
 */
async function fairly(
  tx: Tx,
  task: ClaimTask,
  oldest: readonly Candidate[],
  wanted: number,
): Promise<Candidate[]> {
  const due = oldest.filter((row) => row.visible_at_ms <= task.nowMs);
  if (due.length <= wanted || due.every((row) => row.group_id === null)) return due.slice(0, wanted);
  const { lastGroupId, nowMs, queue } = task;
  const heads = await headsInTurn(tx, queue.contentsId, { lastGroupId, most: wanted, nowMs });
  const bySequence = new Map(due.map((row) => [row.sequence, row]));
  const missing = heads.map(({ sequence }) => sequence).filter((sequence) => !bySequence.has(sequence));
  const read = await inChunks(
    missing,
    async (chunk) =>
      await candidates(tx, task).where('sequence', 'in', chunk).where('visible_at_ms', '<=', nowMs).execute(),
  );
  for (const row of read) bySequence.set(row.sequence, row);
  const first = heads.flatMap(({ sequence }) => bySequence.get(sequence) ?? []);
  return [...first, ...due.filter((row) => !first.includes(row))].slice(0, wanted);
}
