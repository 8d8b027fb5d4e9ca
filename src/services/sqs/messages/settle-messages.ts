import { sql, type SqlBool } from 'kysely';
import type { ServiceError } from '../../../model/service-error.ts';
import type { Tx } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { badValue, notInFlight, receiptHandleExpired } from '../sqs-errors.ts';
import { type GroupKey, holdGroup, refreshGroup } from './fifo-groups.ts';
import { inChunks, type MessageRow } from './message-rows.ts';
import { type Receipt, receiptHandle } from './receipt-handle.ts';

/** A message to be deleted, or (with a time) to be hidden for so long. */
export interface Settle {
  readonly queue: StoredQueue;
  readonly receipt: Receipt;
  readonly visibilityMs: number | undefined;
}

/** How it went. Where something becomes visible earlier than it was, when. */
export interface Settled {
  readonly error: ServiceError | undefined;
  readonly dueMs: number;
}

type State = Pick<
  MessageRow,
  'sequence' | 'contents_id' | 'group_id' | 'receive_count' | 'visible_at_ms' | 'received_at_ms'
>;

const LONGEST_VISIBILITY_MS = 43_200_000;
const DONE: Settled = { error: undefined, dueMs: Infinity };

/** Deletes what standard queues have handed out. A receipt that is out of date deletes nothing, and that is no error. */
export async function removeStandard(tx: Tx, settles: readonly Settle[]): Promise<Settled[]> {
  // Nearly always everything was received as often as everything else.
  const alike = new Map<string, Settle[]>();
  for (const settle of settles) {
    const key = `${settle.queue.contentsId}/${settle.receipt.receiveCount}`;
    const list = alike.get(key);
    if (list === undefined) alike.set(key, [settle]);
    else list.push(settle);
  }
  await Promise.all(
    [...alike.values()].map(async (group) => {
      await inChunks(group, async (chunk) => {
        await tx
          .deleteFrom('sqs_messages')
          .where(
            'sequence',
            'in',
            chunk.map(({ receipt }) => receipt.sequence),
          )
          // The sign keeps SQLite from going through all of the queue by an index instead.
          .where(sql<SqlBool>`+contents_id = ${group[0]?.queue.contentsId ?? 0}`)
          .where('receive_count', '=', group[0]?.receipt.receiveCount ?? 0)
          .execute();
        return [];
      });
    }),
  );
  return settles.map(() => DONE);
}

/** Deletes messages of FIFO queues and changes the visibility of any. */
export async function settleMessages(
  tx: Tx,
  settles: readonly Settle[],
  nowMs: number,
  locks: boolean,
): Promise<Settled[]> {
  const states = await statesOf(tx, settles, locks);
  const errors = settles.map((settle) => errorOf(settle, states.get(settle.receipt.sequence), nowMs));
  const fine = settles.filter((_, index) => errors[index] === undefined);
  for (const settle of fine) await settleOne(tx, settle, nowMs);
  const dueMs = await refreshGroups(tx, fine, states, nowMs);
  return settles.map((settle, index) => {
    const own =
      settle.queue.isFifo || settle.visibilityMs === undefined ? Infinity : nowMs + settle.visibilityMs;
    return { error: errors[index], dueMs: Math.min(own, dueMs.get(settle.queue.contentsId) ?? Infinity) };
  });
}

/** The messages as they are, those of FIFO queues with their groups held until the write ends. */
async function statesOf(tx: Tx, settles: readonly Settle[], locks: boolean): Promise<Map<number, State>> {
  const sequences = [...new Set(settles.map(({ receipt }) => receipt.sequence))];
  const read = async (): Promise<State[]> =>
    await inChunks(sequences, async (chunk) =>
      tx
        .selectFrom('sqs_messages')
        .select(['sequence', 'contents_id', 'group_id', 'receive_count', 'visible_at_ms', 'received_at_ms'])
        .where('sequence', 'in', chunk)
        .execute(),
    );
  let rows = await read();
  if (locks) {
    const fifo = settles.filter(({ queue }) => queue.isFifo);
    for (const group of groupsOf(fifo, new Map(rows.map((row) => [row.sequence, row]))))
      await holdGroup(tx, group, locks);
    rows = await read();
  }
  return new Map(rows.map((row) => [row.sequence, row]));
}

function groupsOf(settles: readonly Settle[], states: ReadonlyMap<number, State>): GroupKey[] {
  const groups = new Map<string, GroupKey>();
  for (const { receipt } of settles) {
    const state = states.get(receipt.sequence);
    if (state === undefined) continue;
    const { contents_id: contentsId, group_id: groupId } = state;
    groups.set(`${contentsId}/${groupId}`, { contentsId, groupId: groupId ?? '' });
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function errorOf(settle: Settle, state: State | undefined, nowMs: number): ServiceError | undefined {
  const { queue, receipt, visibilityMs } = settle;
  const isGone = state === undefined || state.contents_id !== queue.contentsId;
  const handle = receiptHandle(receipt);
  if (visibilityMs === undefined) {
    if (isGone || !queue.isFifo) return undefined;
    const isCurrent = state.receive_count === receipt.receiveCount && state.visible_at_ms > nowMs;
    return isCurrent ? undefined : receiptHandleExpired(handle);
  }
  if (isGone || state.receive_count !== receipt.receiveCount) {
    return badValue(
      handle,
      'ReceiptHandle',
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
  // A standard queue takes a message back that nobody else has received meanwhile.
  if (queue.isFifo && state.visible_at_ms <= nowMs) return notInFlight();
  if (nowMs + visibilityMs - (state.received_at_ms ?? nowMs) > LONGEST_VISIBILITY_MS) {
    return badValue(
      visibilityMs / 1000,
      'VisibilityTimeout',
      'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
  }
  return undefined;
}

async function settleOne(tx: Tx, { receipt, visibilityMs }: Settle, nowMs: number): Promise<void> {
  if (visibilityMs === undefined) {
    await tx
      .deleteFrom('sqs_messages')
      .where('sequence', '=', receipt.sequence)
      .where('receive_count', '=', receipt.receiveCount)
      .execute();
    return;
  }
  await tx
    .updateTable('sqs_messages')
    .set({ visible_at_ms: nowMs + visibilityMs })
    .where('sequence', '=', receipt.sequence)
    .where('receive_count', '=', receipt.receiveCount)
    .execute();
}

/** @returns when the next message of each queue's changed groups can be received, by the id of its contents */
async function refreshGroups(
  tx: Tx,
  settles: readonly Settle[],
  states: ReadonlyMap<number, State>,
  nowMs: number,
): Promise<Map<number, number>> {
  const due = new Map<number, number>();
  const fifo = settles.filter(({ queue }) => queue.isFifo);
  for (const group of groupsOf(fifo, states)) {
    const availableAtMs = await refreshGroup(tx, group, nowMs);
    due.set(group.contentsId, Math.min(availableAtMs, due.get(group.contentsId) ?? Infinity));
  }
  return due;
}
