import type { Kysely, Transaction } from 'kysely';
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { queueDoesNotExist } from '../sqs-errors.ts';
import { queueArn, type QueueName } from './queue-name.ts';
import { type QueueRow, type StoredQueue, storedQueueOf } from './stored-queue.ts';

export type Tx = Transaction<Database>;
export type Announce = (change: Change) => void;

/** The row of a queue, of one that was deleted a moment ago too. */
export async function findRow(db: Kysely<Database>, queue: QueueName): Promise<QueueRow | undefined> {
  return await db
    .selectFrom('sqs_queues')
    .selectAll()
    .where('account_id', '=', queue.accountId)
    .where('region', '=', queue.region)
    .where('name', '=', queue.name)
    .executeTakeFirst();
}

export async function findQueue(db: Kysely<Database>, queue: QueueName): Promise<StoredQueue | undefined> {
  const row = await findRow(db, queue);
  return row === undefined || row.deleted_at_ms !== null ? undefined : storedQueueOf(row);
}

/** The queues of an account in a Region, by name. */
export function selectQueues(db: Kysely<Database>, accountId: string, region: string) {
  return db
    .selectFrom('sqs_queues')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('deleted_at_ms', 'is', null)
    .orderBy('name');
}

/** For `announce`; without a value the queue is gone. */
export function queueChange(queue: QueueName, value?: StoredQueue): Change {
  const key = queueArn(queue);
  return value === undefined ? { kind: 'sqs-queue', key } : { kind: 'sqs-queue', key, value, shared: null };
}

/**
 * Reads a queue, decides and writes in one transaction, and announces the queue as it is then.
 * @param decide returns the columns to change; throws to refuse
 */
export async function changeQueue(
  store: Store,
  queue: QueueName,
  decide: (before: StoredQueue, tx: Tx) => Promise<Partial<QueueRow>> | Partial<QueueRow>,
): Promise<StoredQueue> {
  return await store.write(async (tx, announce) => {
    const before = await lockQueue(store, tx, queue);
    const changes = await decide(before, tx);
    const row = await tx
      .updateTable('sqs_queues')
      .set(changes)
      .where('contents_id', '=', before.contentsId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const after = storedQueueOf(row);
    announce(queueChange(queue, row.deleted_at_ms === null ? after : undefined));
    return after;
  });
}

/** On PostgreSQL other platforms wait with their changes until this one is written. */
async function lockQueue(store: Store, tx: Tx, queue: QueueName): Promise<StoredQueue> {
  const row = await tx
    .selectFrom('sqs_queues')
    .selectAll()
    .where('account_id', '=', queue.accountId)
    .where('region', '=', queue.region)
    .where('name', '=', queue.name)
    .where('deleted_at_ms', 'is', null)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw queueDoesNotExist();
  return storedQueueOf(row);
}
