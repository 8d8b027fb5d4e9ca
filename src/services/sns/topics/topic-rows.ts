import type { Kysely, Transaction } from 'kysely';
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { topicDoesNotExist } from '../sns-errors.ts';
import { storedTopicOf, type StoredTopic, type TopicRow } from './stored-topic.ts';
import { topicArn, type TopicName } from './topic-name.ts';

export type Tx = Transaction<Database>;

function selectTopic(db: Kysely<Database>, topic: TopicName) {
  return db
    .selectFrom('sns_topics')
    .selectAll()
    .where('account_id', '=', topic.accountId)
    .where('region', '=', topic.region)
    .where('name', '=', topic.name);
}

export async function findTopic(db: Kysely<Database>, topic: TopicName): Promise<StoredTopic | undefined> {
  const row = await selectTopic(db, topic).executeTakeFirst();
  return row === undefined ? undefined : storedTopicOf(row);
}

/** For `announce`; without a row the topic is gone. */
export function topicChange(topic: TopicName, row?: TopicRow): Change {
  const change = { kind: 'sns-topic', key: topicArn(topic) };
  return row === undefined ? change : { ...change, value: storedTopicOf(row), shared: row };
}

/** The topic, kept from other platforms' changes until this one is written. @throws NotFound */
export async function lockTopic(store: Store, tx: Tx, topic: TopicName): Promise<StoredTopic> {
  const row = await selectTopic(tx, topic)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw topicDoesNotExist();
  return storedTopicOf(row);
}

/** Reads a topic, decides and writes in one transaction. @param decide returns the columns to change; throws to refuse */
export async function changeTopic(
  store: Store,
  topic: TopicName,
  decide: (before: StoredTopic) => Partial<TopicRow>,
): Promise<void> {
  await store.write(async (tx, announce) => {
    const before = await lockTopic(store, tx, topic);
    const row = await tx
      .updateTable('sns_topics')
      .set(decide(before))
      .where('account_id', '=', topic.accountId)
      .where('region', '=', topic.region)
      .where('name', '=', topic.name)
      .returningAll()
      .executeTakeFirstOrThrow();
    announce(topicChange(topic, row));
  });
}
