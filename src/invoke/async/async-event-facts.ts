import type { Kysely } from 'kysely';
import type { Database, LambdaAsyncEventTable } from '../../store/schema.ts';
import type { EventTarget } from './async-event-rows.ts';

/** An event that was accepted and is not done with. */
export interface AsyncEventFacts {
  readonly requestId: string;
  readonly qualifier: string | null;
  /** `retrying`: it was tried before. */
  readonly state: 'waiting' | 'in-hand' | 'retrying';
  readonly attempts: number;
  /** ISO 8601, platform time. */
  readonly acceptedAt: string;
  /** When the next attempt is due; null while it is in hand. */
  readonly dueAt: string | null;
}

export interface FunctionEventFacts {
  readonly waiting: number;
  readonly inHand: number;
  readonly retrying: number;
  /** Those due first. */
  readonly events: readonly AsyncEventFacts[];
}

/** What is on disk for a function. @param most events to list one by one */
export async function readFunctionEvents(
  db: Kysely<Database>,
  { accountId, region, name }: EventTarget,
  most: number,
): Promise<FunctionEventFacts> {
  const own = db
    .selectFrom('lambda_async_events')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('function_name', '=', name);
  const [all, inHand, untried, rows] = await Promise.all([
    own.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirst(),
    own
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('claimed_by', 'is not', null)
      .executeTakeFirst(),
    own
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('claimed_by', 'is', null)
      .where('attempts', '=', 0)
      .where('setbacks', '=', 0)
      .executeTakeFirst(),
    own.selectAll().orderBy('due_at_ms').limit(most).execute(),
  ]);
  const counts = { waiting: untried?.count ?? 0, inHand: inHand?.count ?? 0 };
  // They are counted one after the other, while events come and go.
  const retrying = Math.max(0, (all?.count ?? 0) - counts.waiting - counts.inHand);
  return { ...counts, retrying, events: rows.map(factsOf) };
}

function factsOf(row: LambdaAsyncEventTable): AsyncEventFacts {
  const isInHand = row.claimed_by !== null;
  const isNew = row.attempts === 0 && row.setbacks === 0;
  return {
    requestId: row.request_id,
    qualifier: row.qualifier,
    state: isInHand ? 'in-hand' : isNew ? 'waiting' : 'retrying',
    attempts: row.attempts,
    acceptedAt: new Date(row.accepted_at_ms).toISOString(),
    dueAt: isInHand ? null : new Date(row.due_at_ms).toISOString(),
  };
}
