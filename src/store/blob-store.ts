import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** A reference to content that is not there: never put, or gone since. */
export class MissingBlob extends Error {}

/** Content-addressed files. Content is written before the row that names it, and removed after it. */
export interface BlobStore {
  /**
   * Puts content on disk (fsync) under its SHA-256, unreferenced: a reference must follow in the same write that
   * needs it, or the next sweep removes it.
   * @returns SHA-256, lower-case hex
   */
  put(content: Uint8Array): Promise<string>;
  /** Absolute path of a blob's file. Throws when there is none. */
  path(sha256: string): string;
  read(sha256: string): Promise<Uint8Array>;
  /** Within a transaction: `owner` needs this blob. Idempotent. Throws MissingBlob when there is none. */
  reference(tx: Transaction<Database>, sha256: string, owner: string): Promise<void>;
  /** Within a transaction: `owner` needs this blob no more. The file goes after the commit, when nobody needs it. */
  release(tx: Transaction<Database>, sha256: string, owner: string): Promise<void>;
}
