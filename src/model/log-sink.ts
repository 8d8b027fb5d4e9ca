/** Where execution environments write their log lines. The logs service implements it; `platform.ts` hands it in. */
export interface LogSink {
  /** Opens (creating group and stream on the first append) one environment's log stream. Never throws, never blocks. */
  openStream(stream: LogStreamName): LogStreamWriter;
}

export interface LogStreamName {
  readonly accountId: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogStreamWriter {
  /**
   * Adds one log event. Costs microseconds: buffers in memory and writes in the background. When the stream's
   * buffer is full the event is dropped and counted, and one line that says so follows.
   * @param isPlatforms one of the platform's own few: there is room left for those behind a flood of the function's
   * @param timestampMs platform time, milliseconds since the Unix epoch
   * @param message the event's text, without its line feed
   */
  append(timestampMs: number, message: string, isPlatforms?: boolean): void;
  /** No more events will come; what is buffered is still written. */
  close(): void;
}
