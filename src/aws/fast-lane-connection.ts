import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { RequestScanner, WholeRequest } from './fast-lane-request.ts';
import { dateLine, LaneResponse } from './fast-lane-response.ts';
import type { AnswerSink, WholeResponse } from './fast-lane-response.ts';

export interface LaneOptions {
  readonly scanner: RequestScanner;
  /** False, with nothing done, when the request is node:http's after all. Never throws. */
  readonly onRequest: (request: WholeRequest, response: WholeResponse) => boolean;
  readonly keepAliveTimeoutMs: number;
  /** Takes over a connection for good. The bytes it has still to read follow as a `data` event. */
  readonly asHttp1: (socket: Socket) => void;
  /** The connection is closed, or is node:http's from now on. */
  readonly onGone: (connection: LaneConnection) => void;
}

/** Above this, what a client sends ahead of its answers waits in the kernel. */
const MOST_PENDING_BYTES = 64 * 1024;
/** A larger body goes beside the head in one vectored write; up to here a copy into one string is cheaper. */
const COPIED_BODY_BYTES = 8 * 1024;

/**
 * A connection while all that comes on it are whole, plain requests. They are answered one after the other. With the
 * first that is anything else, the connection becomes node:http's.
 */
export class LaneConnection implements AnswerSink {
  readonly #socket: Socket;
  readonly #options: LaneOptions;
  readonly #tail: string;
  /** Under way, if any. */
  #response: LaneResponse | undefined;
  /** Came while a request was under way. */
  #pending: Buffer | undefined;
  /** The client doesn't read its answers. */
  #isClogged = false;
  #isServing = false;
  #isClosing = false;

  constructor(socket: Socket, options: LaneOptions) {
    this.#socket = socket;
    this.#options = options;
    const seconds = Math.floor(options.keepAliveTimeoutMs / 1000);
    this.#tail = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
    socket.setTimeout(options.keepAliveTimeoutMs);
    socket.on('data', this.#onData);
    socket.push = this.#onPush;
    socket.on('end', this.#onEnd);
    socket.on('timeout', this.#onTimeout);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
  }

  /** Ends the connection: now if it is idle, else after the answer under way. */
  close(): void {
    this.#isClosing = true;
    this.#pending = undefined;
    if (this.#response !== undefined) return;
    if (this.#isClogged) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  answer(head: string, body: string | Uint8Array): void {
    this.#response = undefined;
    const socket = this.#socket;
    if (!socket.writable) return;
    const whole = head + dateLine() + (this.#isClosing ? 'Connection: close\r\n\r\n' : this.#tail);
    const isFlowing = send(socket, whole, body);
    if (this.#isClosing) socket.destroySoon();
    else if (!isFlowing) this.#clog();
    else if (!this.#isServing && this.#pending !== undefined) this.#serve(this.#takePending());
  }

  abandon(): void {
    this.#socket.destroy();
  }

  /**
   * What was read comes here before it becomes a `data` event. While nothing waits in the stream it need not become one:
   * the stream's bookkeeping costs more than the reading.
   */
  readonly #onPush = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const socket = this.#socket;
    const isNext = socket.readableFlowing === true && socket.readableLength === 0;
    if (!isNext || !(chunk instanceof Buffer)) return Readable.prototype.push.call(socket, chunk, encoding);
    this.#onData(chunk);
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    if (this.#response !== undefined || this.#isClogged || this.#isClosing) this.#keep(bytes);
    else this.#serve(bytes);
  };

  /** As node:http has it: who ends his side does not wait for an answer. */
  readonly #onEnd = (): void => {
    this.#socket.end();
  };

  readonly #onTimeout = (): void => {
    if (this.#response === undefined) this.#socket.destroy();
  };

  readonly #onDrain = (): void => {
    if (!this.#isClogged) return;
    this.#isClogged = false;
    this.#socket.resume();
    if (this.#pending !== undefined) this.#serve(this.#takePending());
  };

  readonly #onClose = (): void => {
    this.#options.onGone(this);
    this.#response?.closed();
    this.#response = undefined;
    this.#pending = undefined;
  };

  /** Answers the requests in `bytes` as long as each is answered at once, and keeps the rest. */
  #serve(bytes: Buffer): void {
    this.#isServing = true;
    for (let rest = bytes; rest.length > 0; ) {
      const request = this.#options.scanner.scan(rest, this.#socket);
      if (request === undefined || !this.#begin(request)) {
        this.#leave(rest);
        break;
      }
      rest = rest.subarray(request.size);
      if (this.#response !== undefined || this.#isClogged || this.#isClosing) {
        if (rest.length > 0) this.#keep(rest);
        break;
      }
    }
    this.#isServing = false;
  }

  #begin(request: WholeRequest): boolean {
    const response = new LaneResponse(this);
    this.#response = response;
    if (this.#options.onRequest(request, response)) return true;
    this.#response = undefined;
    return false;
  }

  #keep(bytes: Buffer): void {
    if (this.#isClosing) return;
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    if (this.#pending.length > MOST_PENDING_BYTES) this.#socket.pause();
  }

  #takePending(): Buffer {
    const bytes = this.#pending ?? Buffer.alloc(0);
    this.#pending = undefined;
    // Takes effect in a later turn: these bytes come first.
    if (this.#socket.isPaused()) this.#socket.resume();
    return bytes;
  }

  #clog(): void {
    this.#isClogged = true;
    this.#socket.pause();
  }

  #leave(unread: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.off('data', this.#onData);
    Reflect.deleteProperty(socket, 'push');
    socket.off('end', this.#onEnd);
    socket.off('timeout', this.#onTimeout);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    this.#options.onGone(this);
    this.#options.asHttp1(socket);
    socket.emit('data', unread);
  }
}

/** Head and body in one write. @returns false when the client is behind with reading */
function send(socket: Socket, head: string, body: string | Uint8Array): boolean {
  if (typeof body === 'string') return socket.write(head + body, 'latin1');
  if (body.length <= COPIED_BODY_BYTES) {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    return socket.write(head + bytes.toString('latin1'), 'latin1');
  }
  socket.cork();
  socket.write(head, 'latin1');
  const isFlowing = socket.write(body);
  socket.uncork();
  return isFlowing && !socket.writableNeedDrain;
}
