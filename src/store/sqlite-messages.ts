/** What the store and its SQLite thread say to each other. One message carries many requests, its answer all outcomes. */
export interface SqliteRequest {
  /** On the connection that writes, or on the one that only reads. */
  readonly writes: boolean;
  /** Set for transaction control. */
  readonly command: string | undefined;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type SqliteMessage = readonly SqliteRequest[] | 'close';

export type SqliteOutcome =
  | { readonly columns: readonly string[]; readonly rows: readonly unknown[][] }
  | { readonly changes: number; readonly insertId: number }
  | { readonly failure: SqliteFailure };

export interface SqliteFailure {
  readonly message: string;
  /** SQLite's extended result code, e.g. 2067 for a unique constraint. */
  readonly code: number | undefined;
}

export interface SqliteWorkerOptions {
  /** Absolute path of the database file. */
  readonly file: string;
  /** Sync the log to disk at every commit. */
  readonly durable: boolean;
}
