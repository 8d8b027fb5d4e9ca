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

/** The tails that are wanted of one log. Several invocations that run side by side may have one each. */
export class LogTails {
  readonly #byRequestId = new Map<string, LogTail>();
  readonly #isShared: boolean;

  /** @param isShared several invocations write to the log at once: each has the lines that name it */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  get isEmpty(): boolean {
    return this.#byRequestId.size === 0;
  }

  begin(requestId: string): void {
    this.#byRequestId.set(requestId, new LogTail());
  }

  add(line: string): void {
    for (const [requestId, tail] of this.#byRequestId)
      if (!this.#isShared || line.includes(requestId)) tail.add(line);
  }

  /** Undefined where none was begun. @param lastLines that are in no log yet */
  end(requestId: string, lastLines: readonly string[] = []): Uint8Array | undefined {
    const tail = this.#byRequestId.get(requestId);
    this.#byRequestId.delete(requestId);
    for (const line of lastLines) tail?.add(line);
    return tail?.take();
  }
}
