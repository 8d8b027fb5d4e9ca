/** What LogType Tail asks for: the last 4 KB of an invocation's log. Holds little more than that at any time. */
export class LogTail {
  static readonly limitBytes = 4096;
  readonly #lines: string[] = [];
  /** A character is a byte or more, so counting characters keeps enough. */
  #characters = 0;

  /** @param line one log event, without its line feed */
  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length + 1;
    let first = this.#lines[0];
    while (first !== undefined && this.#characters - first.length - 1 >= LogTail.limitBytes) {
      this.#characters -= first.length + 1;
      this.#lines.shift();
      first = this.#lines[0];
    }
  }

  take(): Uint8Array {
    const all = Buffer.from(this.#lines.map((line) => `${line}\n`).join(''));
    return all.subarray(Math.max(0, all.length - LogTail.limitBytes));
  }
}
