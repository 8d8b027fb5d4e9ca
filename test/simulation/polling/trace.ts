/** What has happened, to be read when something is wrong. */
export class Trace {
  readonly #now: () => number;
  readonly #beganAtMs: number;
  readonly #lines: { readonly name: string; readonly text: string }[] = [];

  constructor(now: () => number) {
    this.#now = now;
    this.#beganAtMs = now();
  }

  /** @param name of the mapping it is about; empty: of all */
  add(name: string, text: string): void {
    const atSeconds = ((this.#now() - this.#beganAtMs) / 1000).toFixed(3);
    this.#lines.push({ name, text: `${atSeconds} ${name} ${text}` });
  }

  /** The last lines, of one mapping and of all. */
  last(most: number, name?: string): readonly string[] {
    const own = this.#lines.filter((line) => name === undefined || line.name === name || line.name === '');
    return own.slice(-most).map(({ text }) => text);
  }
}
