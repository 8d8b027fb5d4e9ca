import type { LogSink, LogStreamName, LogStreamWriter } from '../../model/log-sink.ts';
import type { LogBatch } from './worker-messages.ts';

/** Lines wait so long to go together; readers of logs see nothing of it. */
const GATHER_MS = 20;
/** What is more than this goes at once. */
const GATHERED_CHARACTERS = 256 * 1024;
/** While the main process is so far behind, lines are dropped and counted. */
const MOST_BACKLOG_BYTES = 64 * 1024 * 1024;
/** Beyond that, for the platform's own lines. */
const RESERVE_BYTES = 1024 * 1024;

export interface WorkerLogsParts {
  readonly send: (batches: readonly LogBatch[]) => void;
  readonly backlogBytes: () => number;
}

/** Log streams of this process's environments, which the main process writes: many lines of many streams at a time. */
export class WorkerLogs implements LogSink {
  readonly #parts: WorkerLogsParts;
  readonly #gathering = new Set<WorkerLogStream>();
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastStream = 0;

  constructor(parts: WorkerLogsParts) {
    this.#parts = parts;
  }

  openStream(name: LogStreamName): LogStreamWriter {
    this.#lastStream += 1;
    return new WorkerLogStream(name, this.#lastStream, this);
  }

  /** Sends what has been gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#characters = 0;
    const batches = [...this.#gathering].map((stream) => stream.take());
    this.#gathering.clear();
    if (batches.length > 0) this.#parts.send(batches);
  }

  isFull(isPlatforms: boolean): boolean {
    return this.#parts.backlogBytes() > MOST_BACKLOG_BYTES + (isPlatforms ? RESERVE_BYTES : 0);
  }

  gather(stream: WorkerLogStream, characters: number): void {
    this.#gathering.add(stream);
    this.#characters += characters;
    if (this.#characters > GATHERED_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }
}

class WorkerLogStream implements LogStreamWriter {
  readonly #name: LogStreamName;
  readonly #id: number;
  readonly #logs: WorkerLogs;
  #events: (number | string)[] = [];
  #isNamed = false;
  #isEnd = false;
  #dropped = 0;

  constructor(name: LogStreamName, id: number, logs: WorkerLogs) {
    this.#name = name;
    this.#id = id;
    this.#logs = logs;
  }

  append(timestampMs: number, message: string, isPlatforms = false): void {
    if (this.#logs.isFull(isPlatforms)) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) {
      this.#events.push(timestampMs, `${this.#dropped} log events were dropped: they came too fast.`, 1);
      this.#dropped = 0;
    }
    this.#events.push(timestampMs, message, isPlatforms ? 1 : 0);
    this.#logs.gather(this, message.length);
  }

  close(): void {
    this.#isEnd = true;
    this.#logs.gather(this, 0);
  }

  take(): LogBatch {
    const name = this.#isNamed ? undefined : this.#name;
    const batch = { stream: this.#id, name, events: this.#events, isEnd: this.#isEnd };
    this.#events = [];
    this.#isNamed = true;
    return batch;
  }
}
