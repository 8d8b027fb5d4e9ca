import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { QueueName } from './queue-name.ts';
import { selectQueues } from './queue-rows.ts';
import { type StoredQueue, storedQueueOf } from './stored-queue.ts';

/** The queues that send their dead letters to this one, by name: all in its account and Region. */
export async function deadLetterSources(
  db: Kysely<Database>,
  { arn, accountId, region }: QueueName & { readonly arn: string },
): Promise<StoredQueue[]> {
  const rows = await selectQueues(db, accountId, region)
    // Most queues have no redrive policy, and are not worth reading.
    .where('attributes', 'like', '%RedrivePolicy%')
    .execute();
  return rows.map(storedQueueOf).filter((queue) => queue.redrivePolicy?.deadLetterTargetArn === arn);
}
