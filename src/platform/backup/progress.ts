const SHOW_MS = 200;

/** Says on a terminal how far it has come; nothing anywhere else. */
export class Progress {
  readonly #isShown: boolean;
  #files = 0;
  #bytes = 0;
  #shownAt = performance.now();

  constructor(isShown: boolean) {
    this.#isShown = isShown && process.stderr.isTTY;
  }

  copied(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#shownAt < SHOW_MS) return;
    this.#shownAt = now;
    this.say(`${this.#files} files, ${megabytes(this.#bytes)} copied`);
  }

  /** @param text in the place of what stood there; empty: nothing */
  say(text: string): void {
    if (this.#isShown) process.stderr.write(`\r\u001B[K${text}`);
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
