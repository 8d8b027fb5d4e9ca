import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import {
  type StoredSubscription,
  storedSubscriptionOf,
  type SubscriptionRow,
} from './subscriptions/stored-subscription.ts';
import { storedTopicOf, type StoredTopic, type TopicRow } from './topics/stored-topic.ts';

/** Topics and subscriptions in memory, so that publishing asks no database whom it is for. Fed by the change feed. */
export class SnsDirectory {
  readonly #topics = new Map<string, StoredTopic>();
  readonly #subscriptions = new Map<string, StoredSubscription>();
  /** By the ARN of the topic. */
  readonly #byTopic = new Map<string, Map<string, StoredSubscription>>();

  async open(store: Store): Promise<void> {
    store.changes.subscribe('sns-topic', (change) => this.#applyTopic(change));
    store.changes.subscribe('sns-subscription', (change) => this.#applySubscription(change));
    for (const row of await store.db.selectFrom('sns_topics').selectAll().execute()) {
      const topic = storedTopicOf(row);
      this.#topics.set(topic.arn, topic);
    }
    for (const row of await store.db.selectFrom('sns_subscriptions').selectAll().execute()) {
      this.#put(storedSubscriptionOf(row));
    }
  }

  topic(arn: string): StoredTopic | undefined {
    return this.#topics.get(arn);
  }

  subscription(arn: string): StoredSubscription | undefined {
    return this.#subscriptions.get(arn);
  }

  /** Those of one topic, pending ones too. */
  subscriptionsOf(topicArn: string): Iterable<StoredSubscription> {
    return this.#byTopic.get(topicArn)?.values() ?? [];
  }

  /** All topics of an account in a Region, by ARN. */
  topics(accountId: string, region: string): StoredTopic[] {
    const own = [...this.#topics.values()].filter(
      (topic) => topic.accountId === accountId && topic.region === region,
    );
    return own.sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  /** All subscriptions an account made in a Region, by ARN. */
  subscriptions(owner: string, region: string): StoredSubscription[] {
    const own = [...this.#subscriptions.values()].filter(
      (subscription) => subscription.owner === owner && subscription.region === region,
    );
    return own.sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  clear(): void {
    this.#topics.clear();
    this.#subscriptions.clear();
    this.#byTopic.clear();
  }

  #put(subscription: StoredSubscription): void {
    this.#subscriptions.set(subscription.arn, subscription);
    const others = this.#byTopic.get(subscription.topicArn) ?? new Map<string, StoredSubscription>();
    this.#byTopic.set(subscription.topicArn, others.set(subscription.arn, subscription));
  }

  /** Other platforms tell of rows. */
  #applyTopic({ key, value, isElsewhere }: Change): void {
    if (value === undefined) this.#topics.delete(key);
    else this.#topics.set(key, isElsewhere ? storedTopicOf(value as TopicRow) : (value as StoredTopic));
  }

  #applySubscription({ key, value, isElsewhere }: Change): void {
    if (value !== undefined && isElsewhere) return this.#put(storedSubscriptionOf(value as SubscriptionRow));
    if (value !== undefined) return this.#put(value as StoredSubscription);
    const gone = this.#subscriptions.get(key);
    if (gone === undefined) return;
    this.#subscriptions.delete(key);
    const others = this.#byTopic.get(gone.topicArn);
    others?.delete(key);
    if (others?.size === 0) this.#byTopic.delete(gone.topicArn);
  }
}
