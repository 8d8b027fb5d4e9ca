import type { LogStreamName, LogStreamWriter } from '../../model/log-sink.ts';
import type { LogBatch } from './worker-messages.ts';

/** Of a stream that floods, the others are to have their turns between such pieces. */
const PIECE_CHARACTERS = 64 * 1024;
/** What an event takes beside its text, in characters. */
const EVENT_CHARACTERS = 64;

export interface WorkerLogStreamPort {
  readonly isFull: (isPlatforms: boolean) => boolean;
  /** The stream has so much more to be taken. */
  readonly gather: (stream: WorkerLogStream, characters: number) => void;
}

interface Piece {
  readonly events: (number | string)[];
  characters: number;
}

/** The log stream of one environment, in pieces. */
export class WorkerLogStream implements LogStreamWriter {
  readonly #name: LogStreamName;
  readonly #id: number;
  readonly #port: WorkerLogStreamPort;
  #pieces: Piece[] = [];
  #isNamed = false;
  #isEnd = false;
  #dropped = 0;
  #droppedBytes = 0;

  constructor(name: LogStreamName, id: number, port: WorkerLogStreamPort) {
    this.#name = name;
    this.#id = id;
    this.#port = port;
  }

  get hasMore(): boolean {
    return this.#pieces.length > 0;
  }

  append(timestampMs: number, message: string, isPlatforms = false): void {
    if (this.#port.isFull(isPlatforms)) {
      this.#dropped += 1;
      this.#droppedBytes += message.length;
      return;
    }
    this.#tellDropped(timestampMs);
    this.#add(timestampMs, message, isPlatforms);
  }

  close(): void {
    this.#tellDropped(Date.now());
    this.#isEnd = true;
    this.#port.gather(this, 0);
  }

  /** The oldest piece; the end, where there is none. */
  take(): { batch: LogBatch; characters: number } {
    const { events, characters } = this.#pieces.shift() ?? { events: [], characters: 0 };
    const name = this.#isNamed ? undefined : this.#name;
    this.#isNamed = true;
    const isEnd = this.#isEnd && !this.hasMore;
    return { batch: { stream: this.#id, name, events, isEnd }, characters };
  }

  #tellDropped(timestampMs: number): void {
    if (this.#dropped === 0) return;
    const what = `${this.#dropped} log events (${this.#droppedBytes} bytes)`;
    this.#dropped = 0;
    this.#droppedBytes = 0;
    const why = 'the stream was written faster than it could be kept';
    this.#add(timestampMs, `[Lambent] dropped ${what}: ${why}`, true);
  }

  #add(timestampMs: number, message: string, isPlatforms: boolean): void {
    let piece = this.#pieces.at(-1);
    if (piece === undefined || piece.characters > PIECE_CHARACTERS)
      this.#pieces.push((piece = { events: [], characters: 0 }));
    piece.events.push(timestampMs, message, isPlatforms ? 1 : 0);
    const characters = message.length + EVENT_CHARACTERS;
    piece.characters += characters;
    this.#port.gather(this, characters);
  }
}
