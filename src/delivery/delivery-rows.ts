import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type Claim, type Claimed, dueFirst } from '../store/held-claims.ts';
import type { Database } from '../store/schema.ts';
import type { DeliveryTable } from '../store/delivery-schema.ts';
import type { Delivery } from './delivery.ts';

type Tx = Transaction<Database>;
type Row = Selectable<DeliveryTable>;

/** Further away than any date: behind another one of its lane. */
const BEHIND_MS = Number.MAX_SAFE_INTEGER;

/** Locks an ordered lane for as long as the transaction lasts. The embedded engine has one writer anyway. */
async function lockLane(tx: Tx, lane: string, isShared: boolean): Promise<void> {
  if (isShared) await sql`select pg_advisory_xact_lock(hashtext(${lane}))`.execute(tx);
}

/**
 * @param claim for all of them that are not ordered; undefined: whoever comes first may take them
 * @param isShared whether other platforms write to the same database
 */
export async function insertDeliveries(
  tx: Tx,
  deliveries: readonly Delivery[],
  claim: Claim | undefined,
  isShared: boolean,
): Promise<void> {
  const free = deliveries.filter(({ isOrdered }) => !isOrdered);
  if (free.length > 0) {
    const rows = free.map((delivery) => rowOf(delivery, claim?.untilMs ?? delivery.dueAtMs, claim));
    await tx.insertInto('deliveries').values(rows).execute();
  }
  for (const delivery of deliveries.filter(({ isOrdered }) => isOrdered)) {
    await lockLane(tx, delivery.lane, isShared);
    const ahead = await tx
      .selectFrom('deliveries')
      .select('sequence')
      .where('lane', '=', delivery.lane)
      .limit(1)
      .executeTakeFirst();
    const row = rowOf(delivery, ahead === undefined ? delivery.dueAtMs : BEHIND_MS, undefined);
    await tx.insertInto('deliveries').values(row).execute();
  }
}

/** Takes what is due, longest due first; claims that have lapsed are due too. */
export async function claimDueDeliveries(
  tx: Tx,
  most: number,
  nowMs: number,
  claim: Claim,
  isShared: boolean,
): Promise<Claimed<Delivery>> {
  const waiting = await tx
    .selectFrom('deliveries')
    .select(['sequence', 'due_at_ms'])
    .orderBy('due_at_ms')
    .orderBy('sequence')
    .limit(most + 1)
    .$if(isShared, (query) => query.forUpdate().skipLocked())
    .execute();
  const { due, ...next } = dueFirst(waiting, most, nowMs);
  const nextDueMs = next.nextDueMs === BEHIND_MS ? Infinity : next.nextDueMs;
  if (due.length === 0) return { rows: [], nextDueMs };
  const claimed = await tx
    .updateTable('deliveries')
    .set({ claimed_by: claim.owner, due_at_ms: claim.untilMs })
    .where(
      'sequence',
      'in',
      due.map((row) => row.sequence),
    )
    .returningAll()
    .execute();
  return { rows: claimed.toSorted((a, b) => a.sequence - b.sequence).map(deliveryOf), nextDueMs };
}

/** Takes away what is done with, if it is still the owner's. @returns whether another one of its lane is due now */
export async function removeDelivery(
  tx: Tx,
  { id, lane, isOrdered }: Delivery,
  owner: string,
  nowMs: number,
  isShared: boolean,
): Promise<boolean> {
  if (isOrdered) await lockLane(tx, lane, isShared);
  const removed = await tx
    .deleteFrom('deliveries')
    .where('id', '=', id)
    .where('claimed_by', '=', owner)
    .returning('sequence')
    .execute();
  if (!isOrdered || removed.length === 0) return false;
  const next = await tx
    .updateTable('deliveries')
    .set({ due_at_ms: nowMs })
    .where('sequence', '=', (query) =>
      query.selectFrom('deliveries').select('sequence').where('lane', '=', lane).orderBy('sequence').limit(1),
    )
    .where('claimed_by', 'is', null)
    .returning('sequence')
    .execute();
  return next.length > 0;
}

/** Leaves it to whoever comes first once it is due. */
export async function putBackDelivery(
  tx: Tx,
  { id, dueAtMs, attempts }: Delivery,
  owner: string,
): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ due_at_ms: dueAtMs, attempts, claimed_by: null })
    .where('id', '=', id)
    .where('claimed_by', '=', owner)
    .execute();
}

/** Deliveries that wait or are in hand, by sender. */
export async function countDeliveries(db: Kysely<Database>): Promise<Readonly<Record<string, number>>> {
  const rows = await db
    .selectFrom('deliveries')
    .select((select) => ['sender', select.fn.countAll<number>().as('count')])
    .groupBy('sender')
    .execute();
  return Object.fromEntries(rows.map(({ sender, count }) => [sender, count]));
}

function rowOf(delivery: Delivery, dueAtMs: number, claim: Claim | undefined): Omit<Row, 'sequence'> {
  return {
    id: delivery.id,
    sender: delivery.sender,
    lane: delivery.lane,
    is_ordered: delivery.isOrdered ? 1 : 0,
    content: delivery.content,
    accepted_at_ms: delivery.acceptedAtMs,
    due_at_ms: dueAtMs,
    attempts: delivery.attempts,
    claimed_by: claim?.owner ?? null,
  };
}

function deliveryOf(row: Row): Delivery {
  return {
    id: row.id,
    sender: row.sender,
    lane: row.lane,
    isOrdered: row.is_ordered === 1,
    content: row.content,
    acceptedAtMs: row.accepted_at_ms,
    dueAtMs: row.due_at_ms,
    attempts: row.attempts,
  };
}
