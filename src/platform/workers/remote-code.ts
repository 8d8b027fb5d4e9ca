import type { CodeDirectories } from '../../environment/code-directory.ts';

/** Code directories that the main process unpacks; where they are is asked once. */
export class RemoteCode implements Pick<CodeDirectories, 'prepare' | 'prepareLayers'> {
  readonly #ask: (sha256s: readonly string[], areLayers: boolean) => Promise<string>;
  readonly #known = new Map<string, Promise<string>>();

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
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const asked = this.#ask(sha256s, areLayers);
    this.#known.set(key, asked);
    asked.catch(() => this.#known.delete(key));
    return asked;
  }
}
