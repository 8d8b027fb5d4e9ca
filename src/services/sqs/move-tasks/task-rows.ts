import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { SqsMoveTaskTable } from '../../../store/sqs-schema.ts';
import type { Tx } from '../queues/queue-rows.ts';

export type MoveTaskRow = Selectable<SqsMoveTaskTable>;
export type MoveTaskStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

/** A queue's tasks, the newest first. */
export async function tasksOf(
  db: Kysely<Database>,
  sourceArn: string,
  limit: number,
): Promise<MoveTaskRow[]> {
  return await db
    .selectFrom('sqs_move_tasks')
    .selectAll()
    .where('source_arn', '=', sourceArn)
    .orderBy('started_at_ms', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** @param locks keeps others from the task until the write ends; only PostgreSQL needs it */
export async function findTask(
  db: Kysely<Database>,
  id: string,
  locks = false,
): Promise<MoveTaskRow | undefined> {
  return await db
    .selectFrom('sqs_move_tasks')
    .selectAll()
    .where('id', '=', id)
    .$if(locks, (query) => query.forUpdate())
    .executeTakeFirst();
}

export async function updateTask(tx: Tx, id: string, changes: Partial<MoveTaskRow>): Promise<void> {
  await tx.updateTable('sqs_move_tasks').set(changes).where('id', '=', id).execute();
}

export interface TaskHandle {
  readonly taskId: string;
  readonly sourceArn: string;
}

export function taskHandle({ id, source_arn: sourceArn }: Pick<MoveTaskRow, 'id' | 'source_arn'>): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64');
}

/** Undefined for a text that is no handle. */
export function parseTaskHandle(handle: string): TaskHandle | undefined {
  try {
    const value = JSON.parse(Buffer.from(handle, 'base64').toString()) as Partial<TaskHandle> | null;
    const { taskId, sourceArn } = value ?? {};
    if (typeof taskId !== 'string' || typeof sourceArn !== 'string') return undefined;
    return { taskId: taskId.replaceAll('\0', ''), sourceArn };
  } catch {
    return undefined;
  }
}
