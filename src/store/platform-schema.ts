import type { Generated } from 'kysely';

/** Blobs that a platform has put and is about to refer to; the embedded database has no such table. */
interface BlobPinTable {
  sha256: string;
  /** One run of a platform. */
  platform: string;
  /** By the database's clock. */
  until_ms: number;
}

/** Changes that platforms on one PostgreSQL tell each other of; the embedded database has no such table. */
interface PlatformChangeTable {
  /** The order of changes of one thing: each is numbered while its row is locked. */
  number: Generated<number>;
  /** The number of the transaction it belongs to, an xid8. */
  transaction: Generated<string>;
  /** By the database's clock. */
  written_at_ms: Generated<number>;
  /** One run of a platform. */
  platform: string;
  kind: string;
  key: string;
  /** JSON; null: there is none. */
  value: string | null;
}

/** Platforms that share the database and are, or lately were, alive; the embedded one has no such table. */
interface PlatformTable {
  /** One run of a platform. */
  platform: string;
  /** The same at every start. */
  owner: string;
  /** By the database's clock: others may take it for dead some time after that. */
  until_ms: number;
  /** It uses all there is, and has no shares. */
  is_alone: boolean;
  /** It has given back what it did not use for petitions up to this one. */
  answered: number;
}

/** What a platform may use of a limit; the embedded database has no such table. */
interface ConcurrencyShareTable {
  pool: string;
  platform: string;
  amount: number;
  /** It wants more: the number of its petition, how much more, and since when. */
  petition: number | null;
  wanted: number | null;
  petitioned_at_ms: number | null;
}

/** Of a rate, what is unspent of the part that no platform holds; the embedded database has no such table. */
interface ConcurrencyRateTable {
  pool: string;
  unspent: number;
  at_ms: number;
}

export interface PlatformTables {
  platform_changes: PlatformChangeTable;
  platforms: PlatformTable;
  concurrency_shares: ConcurrencyShareTable;
  concurrency_rates: ConcurrencyRateTable;
  blob_pins: BlobPinTable;
}
