/** The tables of Kinesis. */
export interface KinesisTables {
  kinesis_streams: KinesisStreamTable;
  kinesis_shards: KinesisShardTable;
  kinesis_records: KinesisRecordTable;
  kinesis_consumers: KinesisConsumerTable;
}

/** One row for each stream; one that is being deleted keeps its name until its records are gone. */
export interface KinesisStreamTable {
  account_id: string;
  region: string;
  name: string;
  /** Random; names the stream's shards, records and consumers. */
  id: number;
  /** CREATING, ACTIVE, UPDATING or DELETING */
  status: string;
  created_at_ms: number;
  /** Number of the next shard. */
  next_shard: number;
  /** What was set, JSON. */
  definition: string;
}

/** Shards, closed ones until the last of their records has expired. */
export interface KinesisShardTable {
  stream_id: number;
  number: number;
  /** 32 hexadecimal digits, inclusive. */
  start_hash: string;
  end_hash: string;
  parent: number | null;
  adjacent_parent: number | null;
  opened_at_ms: number;
  /** Leads the shard's sequence numbers; higher than its parents'. */
  epoch: number;
  /** The next record's place in the shard. */
  next_place: number;
  closed_at_ms: number | null;
}

/** Records that came to a shard at one moment, and that are next to each other in it. */
export interface KinesisRecordTable {
  stream_id: number;
  shard: number;
  /** Of the last of them; the first has the place `last_place - records + 1`. */
  last_place: number;
  records: number;
  arrived_at_ms: number;
  /** Of data and partition keys. */
  bytes: number;
  /** The records, one behind the other. */
  contents: Uint8Array;
}

export interface KinesisConsumerTable {
  stream_id: number;
  name: string;
  /** CREATING, ACTIVE or DELETING */
  status: string;
  created_at_ms: number;
  /** Tags and policy, JSON. */
  definition: string;
}
