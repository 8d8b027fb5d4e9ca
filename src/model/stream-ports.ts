import type { QueueSenderIdentity } from './queue-ports.ts';

/**
 * What streams offer to the rest of the platform: pollers that read shards, and services that put records. The platform
 * wires them to its own Kinesis; a stream of another service, such as a table's, can be behind the same reader.
 */

/** A part of a stream whose records are in order. Sequence numbers are decimal texts, to be compared as integers. */
export interface StreamShard {
  readonly shardId: string;
  /** The shards it was split or merged from: their records come before its own. Trimmed parents are still named. */
  readonly parentShardIds: readonly string[];
  /** Inclusive, decimal text from 0 to 2^128 - 1; undefined where a service shows none. */
  readonly hashRange: { readonly start: string; readonly end: string } | undefined;
  /** Before the first record; reading after it is reading from the shard's beginning. */
  readonly startingSequenceNumber: string;
  /** Set once the shard is closed: it takes no more records, and can still be read until they expire. */
  readonly endingSequenceNumber: string | undefined;
  /** When the shard was opened, epoch milliseconds. */
  readonly openedAtMs: number;
}

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';

export interface StreamDescription {
  /** The stream's, also when it was asked for by the ARN of a consumer. */
  readonly streamArn: string;
  readonly status: StreamStatus;
  readonly retentionMs: number;
  /** All that can be read, closed ones too, oldest first. */
  readonly shards: readonly StreamShard[];
}

/** Where to begin to read a shard. */
export type StreamPosition =
  | { readonly kind: 'TRIM_HORIZON' }
  /** After what is there now. */
  | { readonly kind: 'LATEST' }
  /** The first record that arrived then or later. */
  | { readonly kind: 'AT_TIMESTAMP'; readonly atMs: number }
  | { readonly kind: 'AT_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  /** A position to go on from, and to keep as a checkpoint. */
  | { readonly kind: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** A record's bytes as they were put. */
  readonly data: Uint8Array;
  /** Epoch milliseconds, platform time. */
  readonly arrivedAtMs: number;
}

export interface StreamReadLimits {
  /** 1 to 10,000 */
  readonly mostRecords: number;
  /** Of data and partition keys; the first record is read whatever its size. */
  readonly mostBytes: number;
}

export interface StreamRead {
  /** In order; none when there is nothing after the position yet. */
  readonly records: readonly StreamRecord[];
  /**
   * Go on after this one: of the last record read, or, where there was none, a number below that of every record to
   * come. It is what LATEST and AT_TIMESTAMP have come to, so a reader keeps it even when it has read nothing.
   */
  readonly lastSequenceNumber: string;
  /** How old the oldest record is that has not been read; 0 at the end of the shard. */
  readonly millisBehindLatest: number;
  /** The shard is closed and everything in it has been read: its children are next. */
  readonly hasEnded: boolean;
  /** Where it has ended, the shards that continue it. A merged shard is a child of both its parents. */
  readonly childShardIds: readonly string[];
}

/**
 * Reads streams by ARN, a stream's or one of a stream's registered consumers, for the account the stream belongs to.
 * Throws ServiceError `ResourceNotFoundException` when stream or shard is not there. Reads do not count against the
 * limits that clients of a shard share.
 */
export interface StreamConsumer {
  /** Undefined: there is no such stream, or it is being deleted. */
  describe(arn: string): Promise<StreamDescription | undefined>;
  read(arn: string, shardId: string, position: StreamPosition, limits: StreamReadLimits): Promise<StreamRead>;
  /**
   * Resolves when reading after this sequence number may show something: a record, the shard's end, or that it is
   * gone. At once when it would already. Costs nothing while it waits. Resolves too, never rejects, once `signal` aborts.
   */
  waitForMore(arn: string, shardId: string, sequenceNumber: string, signal: AbortSignal): Promise<void>;
}

/** A record for a stream, by its ARN. */
export interface StreamDelivery {
  readonly streamArn: string;
  /** The stream's policy decides about everyone but its own account. */
  readonly sender: QueueSenderIdentity;
  /** 1 to 256 characters */
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Puts records for other parts of the platform. */
export interface StreamPublisher {
  /** What `put` would refuse whatever the record. Throws ServiceError as it does. */
  check(streamArn: string, sender: QueueSenderIdentity): Promise<void>;
  /**
   * Resolves when the record is on disk. Throws ServiceError: `ResourceNotFoundException`, `AccessDeniedException`,
   * `ProvisionedThroughputExceededException` with the status 503 (worth trying again), or what PutRecord answers to a record the stream
   * cannot take. Any other error may pass.
   */
  put(delivery: StreamDelivery): Promise<{ readonly shardId: string; readonly sequenceNumber: string }>;
}
