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

/** Transactions that were done a short while ago, and are not done again under the same token. */
export interface DynamodbTokenTable {
  /** Account, Region and the caller's token. */
  id: string;
  /** Digest of what was asked for. */
  request: string;
  expires_at_ms: number;
}
