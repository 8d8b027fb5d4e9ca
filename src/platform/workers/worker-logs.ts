import type { LogSink, LogStreamName, LogStreamWriter } from '../../model/log-sink.ts';
import type { LogBatch } from './worker-messages.ts';
import { WorkerLogStream } from './worker-log-stream.ts';

/** Lines wait so long to go together; readers of logs see nothing of it. */
const GATHER_MS = 20;
/** What is more than this goes at once, and no more than about this in one message. */
const GATHERED_CHARACTERS = 256 * 1024;
/** While so much is with the main process that it has no room for, the rest waits here. */
const MOST_AHEAD_CHARACTERS = 512 * 1024;
/** While so much waits, lines are dropped and counted. */
const MOST_WAITING_CHARACTERS = 64 * 1024 * 1024;
/** Beyond that, for the platform's own lines. */
const RESERVE_CHARACTERS = 1024 * 1024;

export interface WorkerLogsParts {
  /** Resolves when there is room for more. */
  readonly send: (batches: readonly LogBatch[]) => Promise<unknown>;
}

/** Log streams of this process's environments, which the main process writes: many lines of many streams at a time. */
export class WorkerLogs implements LogSink {
  readonly #parts: WorkerLogsParts;
  /** In the order in which they have their turns. */
  readonly #gathering = new Set<WorkerLogStream>();
  #waiting = 0;
  #ahead = 0;
  readonly #sent = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #lastStream = 0;

  constructor(parts: WorkerLogsParts) {
    this.#parts = parts;
  }

  openStream(name: LogStreamName): LogStreamWriter {
    this.#lastStream += 1;
    return new WorkerLogStream(name, this.#lastStream, {
      isFull: (isPlatforms) =>
        this.#waiting > MOST_WAITING_CHARACTERS + (isPlatforms ? RESERVE_CHARACTERS : 0),
      gather: (stream, characters) => this.#gather(stream, characters),
    });
  }

  /** Sends all that has been gathered. Resolves when it has arrived. */
  async drain(): Promise<void> {
    while (this.#gathering.size > 0) {
      this.#send();
      await Promise.all(this.#sent);
    }
    await Promise.all(this.#sent);
  }

  #gather(stream: WorkerLogStream, characters: number): void {
    this.#gathering.add(stream);
    this.#waiting += characters;
    if (this.#waiting > GATHERED_CHARACTERS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#gathering.size > 0 && this.#ahead < MOST_AHEAD_CHARACTERS) this.#send();
  }

  #send(): void {
    const batches: LogBatch[] = [];
    let size = 0;
    for (const stream of this.#gathering) {
      if (size > GATHERED_CHARACTERS) break;
      const { batch, characters } = stream.take();
      batches.push(batch);
      size += characters;
      this.#gathering.delete(stream);
      if (stream.hasMore) this.#gathering.add(stream);
    }
    this.#waiting -= size;
    this.#ahead += size;
    const sent: Promise<void> = this.#parts.send(batches).then(
      () => this.#arrived(size, sent),
      () => this.#arrived(size, sent),
    );
    this.#sent.add(sent);
  }

  #arrived(characters: number, sent: Promise<void>): void {
    this.#ahead -= characters;
    this.#sent.delete(sent);
    // What has just been gathered still waits for its moment.
    if (this.#timer === undefined) this.#flush();
  }
}
