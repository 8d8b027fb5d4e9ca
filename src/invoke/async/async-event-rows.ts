import type { Kysely, Transaction } from 'kysely';
import type { AsyncEvent } from '../../model/async-event.ts';
import { type Claim, type Claimed, dueFirst } from '../../store/held-claims.ts';
import type { Database, LambdaAsyncEventTable } from '../../store/schema.ts';

type Tx = Transaction<Database>;

/** A function as events name it. */
export interface EventTarget {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Rows of one statement, largest first: so few sizes that each stays prepared. */
const CHUNKS = [64, 16, 4, 1];

export interface NewEvent {
  readonly event: AsyncEvent;
  /** Undefined: whoever comes first may take it once it is due. */
  readonly claim: Claim | undefined;
}

export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  const inserts: Promise<unknown>[] = [];
  let next = 0;
  for (const size of CHUNKS) {
    for (; events.length - next >= size; next += size) {
      const rows = events.slice(next, next + size).map(rowOf);
      inserts.push(tx.insertInto('lambda_async_events').values(rows).execute());
    }
  }
  await Promise.all(inserts);
}

/**
 * Takes the function's events that are due, oldest due time first. Claimed ones are due when their claim lapses, so
 * what nobody has in hand any more comes up by itself.
 */
export async function claimDueEvents(
  tx: Tx,
  target: EventTarget,
  most: number,
  nowMs: number,
  claim: Claim,
  skipLocked: boolean,
): Promise<Claimed<AsyncEvent>> {
  const waiting = await tx
    .selectFrom('lambda_async_events')
    .select(['id', 'due_at_ms'])
    .where('account_id', '=', target.accountId)
    .where('region', '=', target.region)
    .where('function_name', '=', target.name)
    .orderBy('due_at_ms')
    .limit(most + 1)
    .$if(skipLocked, (query) => query.forUpdate().skipLocked())
    .execute();
  const { due, nextDueMs } = dueFirst(waiting, most, nowMs);
  if (due.length === 0) return { rows: [], nextDueMs };
  const ids = due.map((row) => row.id);
  const claimed = await tx
    .updateTable('lambda_async_events')
    .set({ claimed_by: claim.owner, due_at_ms: claim.untilMs })
    .where('id', 'in', ids)
    .returningAll()
    .execute();
  const byId = new Map(claimed.map((row) => [row.id, row]));
  const rows = due.flatMap(({ id, due_at_ms }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [{ ...eventOf(row), dueAtMs: due_at_ms }];
  });
  return { rows, nextDueMs };
}

/** Takes settled events away. @returns the ids that were still ours to settle */
export async function removeEvents(tx: Tx, ids: readonly string[], owner: string): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx
    .deleteFrom('lambda_async_events')
    .where('id', 'in', ids)
    .where('claimed_by', '=', owner)
    .returning('id')
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Puts an event back as it is now, for whoever comes first once it is due. */
export async function putBackEvent(tx: Tx, event: AsyncEvent, owner: string): Promise<void> {
  await tx
    .updateTable('lambda_async_events')
    .set({
      due_at_ms: event.dueAtMs,
      attempts: event.attempts,
      setbacks: event.setbacks,
      claimed_by: null,
    })
    .where('id', '=', event.id)
    .where('claimed_by', '=', owner)
    .execute();
}

/** Every function with events, and when its first one is due. */
export async function waitingTargets(
  db: Kysely<Database>,
): Promise<(EventTarget & { readonly dueAtMs: number })[]> {
  const rows = await db
    .selectFrom('lambda_async_events')
    .select((select) => [
      'account_id',
      'region',
      'function_name',
      select.fn.min<number>('due_at_ms').as('due_at_ms'),
    ])
    .groupBy(['account_id', 'region', 'function_name'])
    .execute();
  return rows.map((row) => ({
    accountId: row.account_id,
    region: row.region,
    name: row.function_name,
    dueAtMs: row.due_at_ms,
  }));
}

function rowOf({ event, claim }: NewEvent): LambdaAsyncEventTable {
  return {
    id: event.id,
    account_id: event.accountId,
    region: event.region,
    function_name: event.name,
    qualifier: event.qualifier ?? null,
    request_id: event.requestId,
    trace_header: event.traceHeader,
    payload: event.payload,
    accepted_at_ms: event.acceptedAtMs,
    due_at_ms: claim?.untilMs ?? event.dueAtMs,
    attempts: event.attempts,
    setbacks: event.setbacks,
    claimed_by: claim?.owner ?? null,
  };
}

function eventOf(row: LambdaAsyncEventTable): AsyncEvent {
  return {
    id: row.id,
    accountId: row.account_id,
    region: row.region,
    name: row.function_name,
    qualifier: row.qualifier ?? undefined,
    requestId: row.request_id,
    traceHeader: row.trace_header,
    payload: row.payload,
    acceptedAtMs: row.accepted_at_ms,
    dueAtMs: row.due_at_ms,
    attempts: row.attempts,
    setbacks: row.setbacks,
  };
}
