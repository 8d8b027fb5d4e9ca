import type { NamedFile } from './named-files.ts';

/** A database to be copied, whichever it is. */
export interface DatabaseCopy {
  /** The copy's name in the folder of the backup. */
  readonly fileName: string;
  /** From now on no platform takes a file away that a row named at this moment or later. @returns the end of it */
  hold(): Promise<() => Promise<void>>;
  /**
   * Writes the database as it is at one moment; nobody who writes waits for it.
   * @returns what it names
   */
  writeTo(file: string, signal: AbortSignal): Promise<readonly NamedFile[]>;
}
