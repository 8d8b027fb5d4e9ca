import type { Generated } from 'kysely';

/** Blobs that a platform has put and is about to refer to; the embedded database has no such table. */
export interface BlobPinTable {
  sha256: string;
  /** One run of a platform. */
  platform: string;
  /** By the database's clock. */
  until_ms: number;
}

/** Changes that platforms on one PostgreSQL tell each other of; the embedded database has no such table. */
export interface PlatformChangeTable {
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
