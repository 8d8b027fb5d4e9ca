/** One row for each table of DynamoDB. */
export interface DynamodbTableTable {
  account_id: string;
  region: string;
  name: string;
  /** UUID; another one for a table that is made again under the name. */
  id: string;
  /** A TableDefinition, JSON. */
  definition: string;
  created_at_ms: number;
}

/** Items, in the order of their keys: see `key-encoding.ts`. */
export interface DynamodbItemTable {
  table_id: string;
  hash_key: string;
  /** Empty where the table's key has one part. */
  range_key: string;
  /** JSON; see `item-text.ts`. */
  item: string;
  /** As DynamoDB counts them. */
  bytes: number;
  /** When it expires by the table's TimeToLive attribute; null where it does not. */
  expires_at_ms: number | null;
}

/** How much is in a table: the sum of its parts. Several platforms count in parts of their own. */
export interface DynamodbContentsTable {
  table_id: string;
  part: number;
  items: number;
  /** As DynamoDB counts them. */
  bytes: number;
}

/** What is left of a table or an index that is gone: it is removed little by little. */
export interface DynamodbLeftoverTable {
  /** Of the table or the index. */
  id: string;
  kind: 'items' | 'entries';
  /** So many that one removal takes no time to speak of. */
  rows_at_a_time: number;
}

/** Where an item stands in a secondary index. An item without the index's key attributes has none there. */
export interface DynamodbEntryTable {
  index_id: string;
  hash_key: string;
  range_key: string;
  /** Digest of the item's own key; orders entries with equal keys. */
  item_id: string;
  table_id: string;
  item_hash_key: string;
  item_range_key: string;
}

/** Transactions, and Scheduler's requests, that were done a short while ago, and are not done again under the same token. */
export interface DynamodbTokenTable {
  /** Account, Region and the caller's token; of Scheduler with the operation in front. */
  id: string;
  /** Digest of what was asked for. */
  request: string;
  expires_at_ms: number;
}

/** A table's stream of changes: one for each time it was switched on. */
export interface DynamodbStreamTable {
  /** UUID */
  id: string;
  account_id: string;
  region: string;
  table_name: string;
  /** When it was switched on, as its ARN says it. */
  label: string;
  /** A StreamDefinition, JSON. */
  definition: string;
  /** Of the newest record; 0 before the first. */
  last_sequence: number;
  /** Null while it takes records. */
  disabled_at_ms: number | null;
}

export interface DynamodbStreamRecordTable {
  stream_id: string;
  sequence: number;
  created_at_ms: number;
  /** As the Streams API shows it, JSON; binary values in base64. */
  record: string;
}

/** A Kinesis stream that changes of a table go to: one row for each that it was ever asked for. */
export interface DynamodbDestinationTable {
  /** UUID; another one each time it is switched on. */
  id: string;
  account_id: string;
  region: string;
  table_name: string;
  table_id: string;
  stream_arn: string;
  /** A DestinationStatus. */
  status: string;
  /** Why it could not be switched on. */
  description: string | null;
  /** Null where none was asked for. */
  precision: string | null;
  created_at_ms: number;
  /** Of the newest record; 0 before the first. */
  last_sequence: number;
  /** The platform that delivers; null: any may. */
  held_by: string | null;
  /** By the database's own clock: others keep off until then. */
  held_until_ms: number | null;
}

/** Records that are not in their Kinesis stream yet. */
export interface DynamodbOutgoingRecordTable {
  destination_id: string;
  sequence: number;
  partition_key: string;
  /** Of the record. */
  bytes: number;
  /** As it is delivered, JSON. */
  record: string;
}
