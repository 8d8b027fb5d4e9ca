/** What LogType Tail asks for: the last 4 KB of an invocation's log. Holds little more than that at any time. */
export class LogTail {
  static readonly limitBytes = 4096;
  readonly #lines: Buffer[] = [];
  #bytes = 0;

  /** @param line one log event, without its line feed */
  add(line: string): void {
    // Nothing before the last 4096 characters can be in the last 4096 bytes.
    const bytes = Buffer.from(`${line.slice(-LogTail.limitBytes)}\n`);
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
    let first = this.#lines[0];
    while (first !== undefined && this.#bytes - first.length >= LogTail.limitBytes) {
      this.#bytes -= first.length;
      this.#lines.shift();
      first = this.#lines[0];
    }
  }

  take(): Uint8Array {
    const all = Buffer.concat(this.#lines);
    return all.subarray(Math.max(0, all.length - LogTail.limitBytes));
  }
}
