/** Largest log event of CloudWatch Logs, less what it counts for each event. */
export const LARGEST_EVENT_BYTES = 1_048_576 - 26;
const CUT_MARK = ' [cut: a log event holds at most 1 MB]';
/** A line that was begun and not ended shows after this long, e.g. a prompt or a progress bar. */
const PARTIAL_LINE_MS = 500;

const LINE_FEED = 0x0a;

/** Cuts an output pipe into log events: one a line, without its line feed. Only `\n` ends a line, as on AWS. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #cutting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    let end = chunk.indexOf(LINE_FEED);
    while (end !== -1) {
      if (this.#partialBytes === 0 && !this.#cutting) this.#onLine(cutEvent(chunk.subarray(start, end)));
      else this.#endPartial(chunk.subarray(start, end));
      start = end + 1;
      end = chunk.indexOf(LINE_FEED, start);
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Ends the line that has no line feed yet, if there is one. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#partialBytes === 0) return;
    const line = Buffer.concat(this.#partial, this.#partialBytes);
    this.#partial = [];
    this.#partialBytes = 0;
    this.#onLine(cutEvent(line));
  }

  #endPartial(rest: Buffer): void {
    if (!this.#cutting) this.#keep(rest);
    this.flush();
    this.#cutting = false;
  }

  #keep(bytes: Buffer): void {
    // The rest of a line that was cut already is passed over.
    if (this.#cutting || bytes.length === 0) return;
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes > LARGEST_EVENT_BYTES) {
      this.flush();
      this.#cutting = true;
      return;
    }
    this.#timer ??= setTimeout(() => this.#overdue(), PARTIAL_LINE_MS).unref();
  }

  /** The rest of the line may have been written in time: the platform itself was kept from reading it, maybe for long. */
  #overdue(): void {
    const begun = this.#partial;
    setImmediate(() => {
      if (this.#partial === begun) this.flush();
    });
  }
}

/** The text of one event; over the size of an event it is cut, and says so. */
export function cutEvent(bytes: Buffer): string {
  if (bytes.length <= LARGEST_EVENT_BYTES) return bytes.toString('utf8', 0, bytes.length);
  return bytes.toString('utf8', 0, LARGEST_EVENT_BYTES - CUT_MARK.length) + CUT_MARK;
}
