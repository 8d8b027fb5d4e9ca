import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { ChannelWriter } from '../channel-writer.ts';
import { accepted, eventHead } from './lane-answers.ts';
import type { PlainRequest } from './plain-request.ts';
import { PlainRequestReader } from './plain-request-reader.ts';
import type { Delivery, NextRequest, RuntimeClient } from './runtime-api-client.ts';

/** Below this, copying an event behind its head is cheaper than writing two buffers. */
const COPIED_BYTES = 16 * 1024;
/** Such an event is put together here, to be used again as soon as it is written. */
const whole = Buffer.allocUnsafeSlow(COPIED_BYTES);
const NOTHING = new Uint8Array();
/** Above this, what a runtime sends ahead of its next event waits in the kernel. */
const MOST_PENDING_BYTES = 64 * 1024;

/**
 * A connection of a runtime while all that comes on it are the two requests of every invocation, whole and plain: they
 * cost a third of what they cost through node:http. With the first that is anything else, and with any that the
 * environment refuses, the connection becomes node:http's, which answers that one as well.
 */
export class RuntimeLane implements NextRequest {
  readonly #socket: Socket;
  readonly #writer: ChannelWriter;
  readonly #client: RuntimeClient;
  readonly #reader = new PlainRequestReader();
  readonly #asHttp: (socket: Socket) => void;
  /** Asked for an event that has not been sent. */
  #asks = false;
  /** Came meanwhile. */
  #pending: Buffer | undefined;
  isSent = true;

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
    socket.once('close', this.#onClose);
    // A reset shows as the connection's close.
    socket.on('error', ignore);
  }

  send(delivery: Delivery): void {
    this.isSent = this.#write(eventHead(delivery), delivery.invocation.payload);
    if (!this.isSent) {
      // If the connection ends before it has left, the runtime never saw the event.
      this.#socket.write(NOTHING, (error) => {
        if (error === null || error === undefined) this.isSent = true;
      });
    }
    this.#asks = false;
    if (this.#pending !== undefined) setImmediate(this.#servePending);
  }

  drop(): void {
    this.#socket.destroy();
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
    if (this.#asks) this.#keep(bytes);
    else this.#serve(bytes);
  };

  readonly #onEnd = (): void => {
    this.#socket.end();
  };

  /** Stays where the connection becomes node:http's: the last event may still be on its way. */
  readonly #onClose = (): void => {
    this.#asks = false;
    this.#pending = undefined;
    this.#client.lost(this);
  };

  #serve(bytes: Buffer): void {
    for (let rest = bytes; ; ) {
      const request = this.#reader.read(rest);
      if (request === undefined || !this.#answer(request)) return this.#leave(rest);
      if (request.size === rest.length) return;
      rest = rest.subarray(request.size);
      if (this.#asks) return this.#keep(rest);
    }
  }

  /** False, with nothing done: it is not for here. */
  #answer({ requestId, invocationId, body }: PlainRequest): boolean {
    const client = this.#client;
    if (requestId === undefined) {
      this.#asks = true;
      if (client.park(this)) return true;
      this.#asks = false;
      return false;
    }
    if (invocationId !== undefined && !client.isCurrentAttempt(invocationId)) return false;
    if (!client.events.onResponse(requestId, body, false)) return false;
    this.#writer.write(accepted.bytes);
    return true;
  }

  /** False when the system has not taken all of it yet. */
  #write(head: string, event: Uint8Array): boolean {
    const length = head.length + event.length;
    if (length > COPIED_BYTES) {
      this.#writer.write(Buffer.from(head, 'latin1'));
      this.#socket.write(event);
      return false;
    }
    whole.write(head, 'latin1');
    whole.set(event, head.length);
    return this.#writer.writeFrom(whole, length);
  }

  /** Not at once: whoever sends an event is in the middle of something. */
  readonly #servePending = (): void => {
    const bytes = this.#pending;
    if (this.#asks || bytes === undefined) return;
    this.#pending = undefined;
    this.#socket.resume();
    this.#serve(bytes);
  };

  #keep(bytes: Buffer): void {
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    if (this.#pending.length > MOST_PENDING_BYTES) this.#socket.pause();
  }

  #leave(unread: Buffer): void {
    const socket = this.#socket;
    socket.off('data', this.#onData);
    Reflect.deleteProperty(socket, 'push');
    socket.off('end', this.#onEnd);
    this.#asHttp(socket);
    socket.emit('data', unread);
  }
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
