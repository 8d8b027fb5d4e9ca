import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import {
  buryStandard,
  type DeadLetterTarget,
  type Handling,
  holdContents,
  verdictOf,
} from './dead-letters.ts';
import { type ClaimMark, markReceived, type MessageRow, removeRows } from './message-rows.ts';

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
}

export interface ClaimResult {
  /** What each request gets. */
  readonly batches: readonly (readonly MessageRow[])[];
  /** When something can be claimed next, as far as it is known; Infinity: nothing is there. */
  readonly nextDueMs: number;
  readonly hasBuried: boolean;
}

interface Candidates {
  readonly sequences: number[];
  nextDueMs: number;
  hasBuried: boolean;
}

/** Messages that turn out to be expired or dead make room for others so often in one claim. */
const MOST_ROUNDS = 20;

/** Takes the messages that have been visible longest. */
export async function claimStandard(tx: Tx, task: ClaimTask): Promise<ClaimResult> {
  const { requests, nowMs } = task;
  const wanted = requests.reduce((sum, { most }) => sum + most, 0);
  const { sequences, nextDueMs, hasBuried } = await takeCandidates(tx, task, wanted);
  const batches: MessageRow[][] = [];
  let dueMs = nextDueMs;
  for (const request of requests) {
    const mine = sequences.splice(0, request.most);
    if (mine.length > 0) dueMs = Math.min(dueMs, nowMs + request.visibilityMs);
    batches.push(mine.length === 0 ? [] : await markReceived(tx, mine, request, nowMs));
  }
  return { batches, nextDueMs: dueMs, hasBuried };
}

async function takeCandidates(tx: Tx, task: ClaimTask, wanted: number): Promise<Candidates> {
  const found: Candidates = { sequences: [], nextDueMs: Infinity, hasBuried: false };
  const handling = await handlingOf(tx, task);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const rows = await oldestVisible(tx, task, wanted + 1);
    const due = rows.slice(0, wanted).filter((row) => row.visible_at_ms <= task.nowMs);
    found.nextDueMs = rows[due.length]?.visible_at_ms ?? Infinity;
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

async function oldestVisible(tx: Tx, { queue, skipsLocked }: ClaimTask, limit: number) {
  return await tx
    .selectFrom('sqs_messages')
    .select(['sequence', 'visible_at_ms', 'receive_count', 'sent_at_ms'])
    .where('contents_id', '=', queue.contentsId)
    .orderBy('visible_at_ms')
    .orderBy('sequence')
    .limit(limit)
    .$if(skipsLocked, (query) => query.forUpdate().skipLocked())
    .execute();
}
