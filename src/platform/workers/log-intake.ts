import type { LogSink, LogStreamWriter } from '../../model/log-sink.ts';
import type { LogBatch } from './worker-messages.ts';

/** Writes what one worker's environments log. */
export class LogIntake {
  readonly #sink: LogSink;
  readonly #writers = new Map<number, LogStreamWriter>();

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  take(batches: readonly LogBatch[]): void {
    for (const { stream, name, events, isEnd } of batches) {
      const writer = this.#writers.get(stream) ?? (name && this.#sink.openStream(name));
      if (writer === undefined) continue;
      for (let at = 0; at < events.length; at += 3)
        writer.append(Number(events[at]), String(events[at + 1]), events[at + 2] === 1);
      if (isEnd) {
        this.#writers.delete(stream);
        writer.close();
      } else this.#writers.set(stream, writer);
    }
  }

  /** The worker is gone. */
  close(): void {
    for (const writer of this.#writers.values()) writer.close();
    this.#writers.clear();
  }
}
