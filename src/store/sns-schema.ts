export interface SnsTopicTable {
  account_id: string;
  region: string;
  name: string;
  /** What was set, by the API's names, JSON. */
  attributes: string;
  /** JSON object */
  tags: string;
  /** Subscriptions that have ended. */
  deleted_subscriptions: number;
}

export interface SnsSubscriptionTable {
  /** The topic's ARN and an id. */
  arn: string;
  topic_arn: string;
  /** Of the topic, which lists go by. */
  account_id: string;
  region: string;
  /** The account that subscribed. */
  owner: string;
  protocol: string;
  endpoint: string;
  /** What was set, by the API's names, JSON. */
  attributes: string;
  /** What confirms it; null: confirmed. */
  token: string | null;
  /** 1: confirmed by a request that was signed, and only such a one ends it. */
  is_authenticated: number;
  created_at_ms: number;
}

/** Deduplication ids that FIFO topics remember. */
export interface SnsDeduplicationTable {
  topic_arn: string;
  /** The message group, where ids count for that alone; otherwise empty. */
  scope: string;
  deduplication_id: string;
  message_id: string;
  sequence_number: string;
  expires_at_ms: number;
}

/** One row for each FIFO topic that was published to. */
export interface SnsSequenceTable {
  topic_arn: string;
  /** Of its last message. */
  sequence: number;
}
