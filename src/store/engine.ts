import type { CompiledQuery, Dialect, Kysely, QueryResult } from 'kysely';
import type { Database } from './schema.ts';

/** One of the two databases below the store. The store itself knows neither. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  /** Compiles queries for this engine. */
  readonly dialect: Dialect;
  /** For reads; a write through it fails. Every statement sees everything committed before it. */
  readonly db: Kysely<Database>;
  /** Opens the connection that writes. The store keeps one, and asks for another when that one is `lost`. */
  connectWriter(): Promise<WriterConnection>;
  /**
   * Whether the database undid a transaction only because of another one of the same moment, so that the same again
   * may well succeed.
   */
  isLostRace(error: unknown): boolean;
  /** Whether somebody is making a backup of it, and of the files that it names. */
  isBackedUp(): Promise<boolean>;
  /** Runs `work` with a handle that may change tables, before the first write. */
  migrate<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A connection that runs statements strictly in the order of the calls, without waiting for one answer before the
 * next is sent. A statement that belongs to a transaction never runs outside it: when `begin` failed or the
 * database gave the transaction up, it is refused.
 */
export interface WriterConnection {
  /** Set when the connection is of no more use. */
  readonly lost: boolean;
  execute<R>(query: CompiledQuery): Promise<QueryResult<R>>;
  /** Transaction control: `begin`, `commit` and so on. A commit that took no effect is an error. */
  control(command: TransactionCommand): Promise<void>;
}

export type TransactionCommand = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'undo';

/** What the commands are in SQL. A write that joins an open transaction stands in a savepoint of its own. */
export const TRANSACTION_SQL: Readonly<Record<Exclude<TransactionCommand, 'begin'>, string>> = {
  commit: 'commit',
  rollback: 'rollback',
  savepoint: 'savepoint lambent_write',
  release: 'release savepoint lambent_write',
  undo: 'rollback to savepoint lambent_write',
};
