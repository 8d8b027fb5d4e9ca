/** Counts events that were not kept, until it can be told. */
export class DropCount {
  #events = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  add(events: number, messageBytes: number): void {
    this.#events += events;
    this.#bytes += messageBytes;
  }

  clear(): void {
    this.#events = 0;
    this.#bytes = 0;
  }

  /** The line that tells it; counting starts anew. */
  takeNotice(): string {
    const what = `${this.#events} log events (${this.#bytes} bytes)`;
    this.clear();
    return `[Lambent] dropped ${what}: the stream was written faster than it could be kept`;
  }
}
