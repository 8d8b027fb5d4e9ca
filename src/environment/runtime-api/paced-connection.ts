import type { Socket } from 'node:net';
import type { OutputPace } from '../output-pace.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
/** More heads in what came at once are requests that were sent before the last was answered: no runtime does that. */
const MOST_HEADS = 4;
/** How much of such, and of what has turned out to be slow, is handled in one turn of the event loop. */
const PIECE_BYTES = 1024;
/** No request and no part of a body takes as long as this, unless it was made to. */
const LONG_MS = 2;
/** Of a head that is longer, node:http copies what it has with every piece that follows: measured, roughly. */
const LONG_HEAD_BYTES = 64 * 1024;
const COPIED_MS_PER_BYTE = 1e-7;

/**
 * A connection that is node:http's. What comes over it waits while the environment has used up its share of the
 * platform's time, and what is many requests in one, or one in very many parts, gets a little of that at a time.
 */
export class PacedConnection {
  readonly #socket: Socket;
  readonly #pace: OutputPace;
  readonly #deliver: (bytes: Buffer) => void;
  #pieceBytes = Number.POSITIVE_INFINITY;
  #held: Buffer | undefined;
  /** Of a head whose end has not come. */
  #headBytes = 0;

  /** @param asHttp gives the socket to an HTTP server */
  constructor(socket: Socket, pace: OutputPace, asHttp: (socket: Socket) => void) {
    this.#socket = socket;
    this.#pace = pace;
    asHttp(socket);
    const [deliver] = socket.listeners('data');
    this.#deliver = (bytes) => void deliver?.call(socket, bytes);
    // With somebody else listening as well, node:http no longer reads the connection by itself.
    socket.on('data', this.#onData);
    if (deliver !== undefined) socket.off('data', deliver as (bytes: Buffer) => void);
  }

  readonly #onData = (bytes: Buffer): void => {
    // By what it has still to answer, node:http may have had the connection read on.
    if (this.#held === undefined) this.#serve(bytes);
    else this.#hold(Buffer.concat([this.#held, bytes]));
  };

  #serve(bytes: Buffer): void {
    const { resumed } = this.#pace;
    if (resumed !== undefined) return this.#wait(bytes, resumed);
    const most = isDense(bytes) ? PIECE_BYTES : this.#pieceBytes;
    const beganAt = performance.now();
    const piece = bytes.length > most ? bytes.subarray(0, most) : bytes;
    this.#deliver(piece);
    this.#payForHead(piece);
    const tookMs = performance.now() - beganAt;
    if (tookMs > LONG_MS) {
      this.#pace.addTime(tookMs);
      this.#pieceBytes = Math.max(PIECE_BYTES, Math.min(bytes.length, most) / 4);
    } else this.#pieceBytes *= 2;
    if (bytes.length > most)
      this.#wait(bytes.subarray(most), new Promise((resolve) => setImmediate(resolve)));
  }

  #payForHead(piece: Buffer): void {
    const { parser } = this.#socket as { readonly parser?: { readonly incoming?: unknown } | null };
    const isInHead = (parser?.incoming ?? undefined) === undefined && !piece.includes(HEAD_END);
    this.#headBytes = isInHead ? this.#headBytes + piece.length : 0;
    if (this.#headBytes > LONG_HEAD_BYTES) this.#pace.addTime(this.#headBytes * COPIED_MS_PER_BYTE);
  }

  #wait(bytes: Buffer, until: Promise<void>): void {
    this.#hold(bytes);
    void until.then(() => this.#serveHeld());
  }

  #hold(bytes: Buffer): void {
    this.#held = bytes;
    this.#socket.pause();
  }

  #serveHeld(): void {
    const bytes = this.#held;
    this.#held = undefined;
    if (bytes === undefined || this.#socket.destroyed) return;
    this.#serve(bytes);
    if (this.#held === undefined) this.#socket.resume();
  }
}

function isDense(bytes: Buffer): boolean {
  if (bytes.length <= PIECE_BYTES) return false;
  let at = -HEAD_END.length;
  for (let heads = 0; heads <= MOST_HEADS; heads += 1) {
    at = bytes.indexOf(HEAD_END, at + HEAD_END.length);
    if (at < 0) return false;
  }
  return true;
}
