import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { ChannelWriter } from '../channel-writer.ts';
import { ACCEPTED, UNKNOWN_REQUEST } from './acknowledgements.ts';
import { type PlainRequest, PlainRequestReader } from './plain-request.ts';
import type { NextResponse, RuntimeClient } from './runtime-api-client.ts';

const KEEP_ALIVE = 'Connection: keep-alive\r\n\r\n';
/** Below this, copying an event behind its head is cheaper than writing two buffers. */
const COPIED_EVENT_BYTES = 16 * 1024;
const NOTHING = new Uint8Array();
/** Above this, what a runtime sends ahead of its next event waits in the kernel. */
const MOST_PENDING_BYTES = 64 * 1024;

/**
 * A connection of a runtime while all that comes on it are the two requests of every invocation, whole and plain: they
 * cost a third of what they cost through node:http. With the first that is anything else, and with any that the
 * environment refuses, the connection becomes node:http's, which answers that one as well.
 */
export class RuntimeLane {
  readonly #socket: Socket;
  readonly #writer: ChannelWriter;
  readonly #client: RuntimeClient;
  readonly #reader = new PlainRequestReader();
  readonly #asHttp: (socket: Socket) => void;
  /** Asked for an event that has not been sent. */
  #next: LaneNext | undefined;
  /** Came meanwhile. */
  #pending: Buffer | undefined;

  /** @param asHttp takes over a connection for good; the bytes it has still to read follow as a `data` event */
  constructor(socket: Socket, client: RuntimeClient, asHttp: (socket: Socket) => void) {
    this.#socket = socket;
    this.#writer = new ChannelWriter(socket);
    this.#client = client;
    this.#asHttp = asHttp;
  }

  /** Call before anything is read. */
  begin(): void {
    const socket = this.#socket;
    socket.on('data', this.#onData);
    socket.push = this.#onPush;
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    // A reset shows as the connection's close.
    socket.on('error', ignore);
  }

  /** Before what was read becomes a `data` event: see `LaneConnection` of the AWS endpoint. */
  readonly #onPush = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const socket = this.#socket;
    const isNext = socket.readableFlowing === true && socket.readableLength === 0;
    if (!isNext || !(chunk instanceof Buffer)) return Readable.prototype.push.call(socket, chunk, encoding);
    this.#onData(chunk);
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    if (this.#next === undefined) this.#serve(bytes);
    else this.#keep(bytes);
  };

  readonly #onEnd = (): void => {
    this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#next?.closed();
    this.#next = undefined;
    this.#pending = undefined;
  };

  #serve(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#next !== undefined) return this.#keep(rest);
      const request = this.#reader.read(rest);
      if (request === undefined || !this.#answer(request)) return this.#leave(rest);
      rest = rest.subarray(request.size);
    }
  }

  /** False, with nothing done: it is not for here. */
  #answer({ requestId, invocationId, body }: PlainRequest): boolean {
    const client = this.#client;
    if (requestId === undefined) {
      const next = new LaneNext(this.#socket, this.#writer, () => this.#onSent());
      this.#next = next;
      if (client.park(next)) return true;
      this.#next = undefined;
      return false;
    }
    if (invocationId !== undefined && !client.isCurrentAttempt(invocationId)) return false;
    if (client.events.onResponse(requestId, body, false)) this.#send('202 Accepted', ACCEPTED);
    else this.#send('400 Bad Request', UNKNOWN_REQUEST);
    return true;
  }

  #send(status: string, body: string): void {
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    this.#writer.write(Buffer.from(head + dateLine() + KEEP_ALIVE + body, 'latin1'));
  }

  #onSent(): void {
    this.#next = undefined;
    const pending = this.#pending;
    if (pending === undefined) return;
    // Not now: whoever sends the event is in the middle of something.
    setImmediate(() => {
      if (this.#next !== undefined || this.#pending === undefined) return;
      const bytes = this.#pending;
      this.#pending = undefined;
      this.#socket.resume();
      this.#serve(bytes);
    });
  }

  #keep(bytes: Buffer): void {
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    if (this.#pending.length > MOST_PENDING_BYTES) this.#socket.pause();
  }

  #leave(unread: Buffer): void {
    const socket = this.#socket;
    socket.off('data', this.#onData);
    Reflect.deleteProperty(socket, 'push');
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    this.#asHttp(socket);
    socket.emit('data', unread);
  }
}

/** The answer to a "next": as much of a `ServerResponse` as it takes. */
class LaneNext implements NextResponse {
  readonly #socket: Socket;
  readonly #writer: ChannelWriter;
  readonly #onSent: () => void;
  #head = '';
  #listeners: (() => void)[] = [];
  writableFinished = false;

  constructor(socket: Socket, writer: ChannelWriter, onSent: () => void) {
    this.#socket = socket;
    this.#writer = writer;
    this.#onSent = onSent;
  }

  writeHead(_status: 200, headers: Readonly<Record<string, string | number>>): void {
    let head = 'HTTP/1.1 200 OK\r\n';
    for (const name of Object.keys(headers)) head += `${name}: ${headers[name]}\r\n`;
    this.#head = `${head}${dateLine()}${KEEP_ALIVE}`;
  }

  end(body: Uint8Array): void {
    const head = this.#head;
    const isCopied = body.length <= COPIED_EVENT_BYTES;
    const whole = Buffer.allocUnsafe(isCopied ? head.length + body.length : head.length);
    whole.write(head, 'latin1');
    if (isCopied) whole.set(body, head.length);
    this.#writer.write(whole);
    if (!isCopied) this.#socket.write(body);
    if (this.#socket.writable && this.#socket.writableLength === 0) this.writableFinished = true;
    else this.#await();
    this.#onSent();
  }

  /** Not all of it has left: if the connection ends before it has, the runtime never saw the event. */
  #await(): void {
    this.#socket.once('close', () => this.closed());
    this.#socket.write(NOTHING, (error) => {
      if (error === null || error === undefined) this.writableFinished = true;
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  once(_event: 'close', listener: () => void): void {
    this.#listeners.push(listener);
  }

  closed(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }
}

let dateLineText = '';
let dateLineSecond = 0;

/** The Date header, made once a second. */
function dateLine(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateLineSecond) {
    dateLineSecond = second;
    dateLineText = `Date: ${new Date(now).toUTCString()}\r\n`;
  }
  return dateLineText;
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
