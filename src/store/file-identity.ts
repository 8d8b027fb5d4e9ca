import { statSync } from 'node:fs';

/**
 * Says whether names still lead to the files they led to. What was removed or replaced goes on taking writes through its open
 * descriptor, and is gone with it.
 */
export class FileIdentity {
  readonly #paths: readonly string[];
  readonly #found = new Map<string, string>();

  /** @param paths files that are there, or come to be */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** A file counts from the first time that it is there. @throws Error when one is not what it was */
  check(): void {
    for (const path of this.#paths) {
      const stats = statSync(path, { throwIfNoEntry: false });
      const found = stats && `${stats.dev} ${stats.ino}`;
      const known = this.#found.get(path);
      if (known === undefined && found !== undefined) this.#found.set(path, found);
      else if (known !== found)
        throw new Error(
          `${path} was removed or replaced while it was in use: nothing more is written. Start Lambent again.`,
        );
    }
  }
}
