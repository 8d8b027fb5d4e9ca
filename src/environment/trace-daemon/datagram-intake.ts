import type { Socket } from 'node:dgram';
import type { OutputPace } from '../output-pace.ts';
import { documentOf } from './daemon-datagram.ts';

/** Of one environment in a second. X-Ray takes 2,600 segments a second of a whole account. */
const MOST_DATAGRAMS = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;
const SECOND_MS = 1_000;
/** Segments that come so soon after each other go on together. */
const GATHER_MS = 20;

export interface DatagramIntakeParts {
  /** What it costs to read them is added to what output does. */
  readonly pace: Pick<OutputPace, 'addBytes' | 'addLine'>;
  readonly onDocuments: (documents: readonly string[]) => void;
  /** Brings another socket. */
  readonly reopen: () => void;
}

/**
 * Reads the segments that one environment sends. Whoever sends more than anybody needs finds nobody there for the rest of
 * the second: datagrams cannot be left unread, so that the socket is closed.
 */
export class DatagramIntake {
  readonly #parts: DatagramIntakeParts;
  #socket: Socket | undefined;
  #gathered: string[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #reopening: NodeJS.Timeout | undefined;
  #secondBeganAt = Number.NEGATIVE_INFINITY;
  #datagrams = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(parts: DatagramIntakeParts) {
    this.#parts = parts;
  }

  read(socket: Socket): void {
    if (this.#isClosed) {
      socket.close();
      return;
    }
    this.#closeSocket();
    this.#socket = socket;
    socket.on('message', (datagram) => this.#take(socket, datagram));
    socket.on('error', () => undefined);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#reopening);
    this.#closeSocket();
    this.#flush();
  }

  #take(socket: Socket, datagram: Buffer): void {
    // What was received before it was closed may still be told of.
    if (socket !== this.#socket) return;
    const nowMs = performance.now();
    if (nowMs - this.#secondBeganAt >= SECOND_MS) {
      this.#secondBeganAt = nowMs;
      this.#datagrams = 0;
      this.#bytes = 0;
    }
    this.#datagrams += 1;
    this.#bytes += datagram.length;
    this.#parts.pace.addLine();
    this.#parts.pace.addBytes(datagram.length);
    if (this.#datagrams > MOST_DATAGRAMS || this.#bytes > MOST_BYTES) return this.#pause(nowMs);
    const document = documentOf(datagram);
    if (document === undefined) return;
    this.#gathered.push(document);
    this.#gathering ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #pause(nowMs: number): void {
    this.#closeSocket();
    const leftMs = Math.max(0, this.#secondBeganAt + SECOND_MS - nowMs);
    this.#reopening = setTimeout(() => this.#parts.reopen(), leftMs).unref();
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const documents = this.#gathered;
    this.#gathered = [];
    if (documents.length > 0) this.#parts.onDocuments(documents);
  }
}
