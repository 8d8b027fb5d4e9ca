import type { LogSink, LogStreamName, LogStreamWriter } from '../../model/log-sink.ts';
import type { LogSegments } from '../../store/log-segments/log-segments.ts';
import type { StreamLog } from '../../store/log-segments/stream-log.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { StreamCreations } from './stream-creations.ts';

export interface FunctionLogSink extends LogSink {
  /** Resolves when everything that functions have logged so far is in the files. For the end of the process. */
  flush(): Promise<void>;
  /** Resolves when there is room for what was gathered elsewhere. */
  room(): Promise<void>;
}

/** Where execution environments log to. */
export function createFunctionLogSink(deps: LogsDependencies): FunctionLogSink {
  const { segments } = deps;
  const creations = new StreamCreations(deps);
  return {
    openStream: (name) => new FunctionLogStream(name, segments, creations),
    flush: async () => {
      await segments.placed();
      await segments.flush();
    },
    room: async () => await segments.room(),
  };
}

/** One environment's stream. Group and stream come into being with the first event, in the background. */
class FunctionLogStream implements LogStreamWriter {
  readonly #name: LogStreamName;
  readonly #segments: LogSegments;
  readonly #creations: StreamCreations;
  #log: StreamLog | undefined;
  #closed = false;

  constructor(name: LogStreamName, segments: LogSegments, creations: StreamCreations) {
    this.#name = name;
    this.#segments = segments;
    this.#creations = creations;
  }

  append(timestampMs: number, message: string, isPlatforms = false): void {
    let log = this.#log;
    // Somebody may delete the group while the environment lives: it comes back, as it does on AWS.
    if (log === undefined || log.isDiscarded) log = this.#begin();
    // Lambda's log events keep the line feed they ended with.
    log.append(timestampMs, message, true, isPlatforms);
  }

  close(): void {
    this.#closed = true;
    this.#log?.close();
  }

  #begin(): StreamLog {
    const log = this.#segments.create();
    this.#log = log;
    this.#creations.add({
      name: this.#name,
      log,
      placed: (used) => {
        this.#log = used;
        if (this.#closed) used.close();
      },
    });
    return log;
  }
}
