import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { StoredQueue } from './stored-queue.ts';

/** Messages of a queue by what can be done with them. */
export interface MessageCounts {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Counted at this moment, so exact where AWS's are approximate. */
export async function countMessages(
  db: Kysely<Database>,
  { contentsId }: Pick<StoredQueue, 'contentsId'>,
  nowMs: number,
): Promise<MessageCounts> {
  const count = (sign: '<=' | '>') =>
    db
      .selectFrom('sqs_messages')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('contents_id', '=', contentsId)
      .where('visible_at_ms', sign, nowMs);
  const [waiting, inFlight, delayed] = await Promise.all([
    count('<=').executeTakeFirstOrThrow(),
    count('>').where('receive_count', '>', 0).executeTakeFirstOrThrow(),
    count('>').where('receive_count', '=', 0).executeTakeFirstOrThrow(),
  ]);
  return {
    waiting: waiting.count,
    inFlight: inFlight.count,
    delayed: delayed.count,
  };
}
