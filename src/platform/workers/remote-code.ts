import { existsSync } from 'node:fs';
import type { CodeDirectories } from '../../environment/code-directory.ts';

/** Every deployment brings another: all are asked for again at times. */
const MOST_KNOWN = 1000;

/** Code directories that the main process unpacks; where they are is asked once, and again when they were cleared away. */
export class RemoteCode implements Pick<CodeDirectories, 'prepare' | 'prepareLayers'> {
  readonly #ask: (sha256s: readonly string[], areLayers: boolean) => Promise<string>;
  readonly #asked = new Map<string, Promise<string>>();
  readonly #known = new Map<string, string>();

  constructor(ask: (sha256s: readonly string[], areLayers: boolean) => Promise<string>) {
    this.#ask = ask;
  }

  prepare(sha256: string): Promise<string> {
    return this.#once([sha256], false);
  }

  prepareLayers(sha256s: readonly string[]): Promise<string> {
    return this.#once(sha256s, true);
  }

  #once(sha256s: readonly string[], areLayers: boolean): Promise<string> {
    const key = `${areLayers}${sha256s.join()}`;
    const asked = this.#asked.get(key);
    if (asked !== undefined && !this.#wasTaken(key)) return asked;
    if (this.#asked.size >= MOST_KNOWN) for (const known of [this.#asked, this.#known]) known.clear();
    const asking = this.#ask(sha256s, areLayers);
    this.#asked.set(key, asking);
    asking.then(
      (directory) => this.#known.set(key, directory),
      () => this.#asked.delete(key),
    );
    return asking;
  }

  /** A cache gets cleared away. */
  #wasTaken(key: string): boolean {
    const directory = this.#known.get(key);
    return directory !== undefined && !existsSync(directory) && this.#known.delete(key);
  }
}
