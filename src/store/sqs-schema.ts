import type { Generated } from 'kysely';

/** One row for each queue; for a minute after its deletion too. */
export interface SqsQueueTable {
  account_id: string;
  region: string;
  name: string;
  /** Random; stays the same as long as the queue lives. */
  id: number;
  /** Names the queue's messages and groups. Another one after a purge, which leaves the old ones to be swept. */
  contents_id: number;
  /** What was set, as the API has it: names and texts, JSON. */
  attributes: string;
  created_at_ms: number;
  modified_at_ms: number;
  purged_at_ms: number | null;
  deleted_at_ms: number | null;
}

/** Messages and groups that belong to no queue any more and are still to be removed. */
export interface SqsDiscardedContentsTable {
  contents_id: number;
}

/** Messages between their acknowledged send and their acknowledged deletion. A queue's id stands for account and Region. */
export interface SqsMessageTable {
  /** Increases over all queues; the order of the messages of a group. */
  sequence: Generated<number>;
  contents_id: number;
  /** In the future: delayed or, when it was received before, in flight. */
  visible_at_ms: number;
  receive_count: number;
  received_at_ms: number | null;
  first_received_at_ms: number | null;
  /** Of the last receive, where its caller gave one. */
  receive_attempt_id: string | null;
  sent_at_ms: number;
  /** UUID */
  message_id: string;
  group_id: string | null;
  deduplication_id: string | null;
  sender_id: string;
  /** The system attribute AWSTraceHeader. */
  trace_header: string | null;
  /** ARN of the queue a dead letter came from. */
  dead_letter_source: string | null;
  /** Message attributes, JSON. */
  attributes: string | null;
  body: string;
}

/** One row for each group of a FIFO queue that has messages. */
export interface SqsGroupTable {
  contents_id: number;
  group_id: string;
  /** When its first message can be received: not while any of the group is in flight. */
  available_at_ms: number;
}

/** Deduplication ids that FIFO queues remember. */
export interface SqsDeduplicationTable {
  queue_id: number;
  /** The message group, where ids count for that alone; otherwise empty. */
  scope: string;
  deduplication_id: string;
  message_id: string;
  sequence: number;
  expires_at_ms: number;
}

export interface SqsMoveTaskTable {
  id: string;
  source_arn: string;
  /** Null: back to where each message came from. */
  destination_arn: string | null;
  /** RUNNING, COMPLETED, CANCELLING, CANCELLED or FAILED */
  status: string;
  messages_per_second: number | null;
  moved: number;
  /** Messages in the queue when the task began. */
  to_move: number;
  failure_reason: string | null;
  started_at_ms: number;
  /** The platform that runs it. */
  owner: string;
}
