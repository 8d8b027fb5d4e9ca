import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { dateLine } from '../model/date-line.ts';
import { reclaim, release } from '../model/spent-memory.ts';
import { newMemory } from './fast-lane-forms.ts';
import type { Gathering, GatheringRoom } from './fast-lane-gathering.ts';
import type { RequestScanner, WholeRequest } from './fast-lane-request.ts';
import { LaneResponse } from './fast-lane-response.ts';
import type { AnswerSink, WholeResponse } from './fast-lane-response.ts';
import { writeAnswer } from './fast-lane-write.ts';

export interface LaneOptions {
  readonly scanner: RequestScanner;
  readonly room: GatheringRoom;
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

/**
 * A connection while all that comes on it are plain requests. They are answered one after the other. With the
 * first that is anything else, the connection becomes node:http's.
 */
export class LaneConnection implements AnswerSink {
  readonly #socket: Socket;
  readonly #options: LaneOptions;
  readonly #tail: string;
  readonly #memory = newMemory();
  /** Under way, if any. */
  #response: LaneResponse | undefined;
  /** Came while a request was under way. */
  #pending: Buffer | undefined;
  /** The request that is coming, when its body didn't come with its head. */
  #gathering: Gathering | undefined;
  /** A chunk that was copied there as a whole. */
  #copied: Buffer | undefined;
  /** A request that came so, while it is under way. */
  #gathered: Buffer | undefined;
  /** The client doesn't read its answers. */
  #isClogged = false;
  #isServing = false;
  #isClosing = false;
  #idleFor = 0;

  constructor(socket: Socket, options: LaneOptions) {
    this.#socket = socket;
    this.#options = options;
    const seconds = Math.floor(options.keepAliveTimeoutMs / 1000);
    this.#tail = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
    socket.on('data', this.#onData);
    socket.push = this.#onPush;
    socket.on('end', this.#onEnd);
    socket.on('timeout', this.#onTimeout);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
  }

  /** Time passes. Closes the connection when more than so many of these calls came while nothing happened on it. */
  age(most: number): void {
    if (this.#response !== undefined || this.#gathering !== undefined || this.#isClogged) return;
    this.#idleFor += 1;
    if (this.#idleFor > most) this.#socket.destroy();
  }

  /** Ends the connection: now if it is idle, else after the answer under way. */
  close(): void {
    this.#isClosing = true;
    this.#pending = undefined;
    if (this.#response !== undefined) return;
    if (this.#gathering !== undefined) return this.#leave(this.#endGathering(this.#gathering));
    if (this.#isClogged) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  answer(head: string, body: string | Uint8Array): void {
    this.#response = undefined;
    if (this.#gathered !== undefined) {
      reclaim(this.#gathered, body);
      this.#gathered = undefined;
    }
    this.#idleFor = 0;
    const socket = this.#socket;
    if (!socket.writable) return;
    const whole = head + dateLine() + (this.#isClosing ? 'Connection: close\r\n\r\n' : this.#tail);
    const isFlowing = writeAnswer(socket, whole, body);
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
    if (this.#copied === chunk) release(chunk.buffer);
    this.#copied = undefined;
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    if (this.#gathering !== undefined) this.#gather(this.#gathering, bytes);
    else if (this.#response !== undefined || this.#isClogged || this.#isClosing) this.#keep(bytes);
    else this.#serve(bytes);
  };

  /** As node:http has it: who ends his side does not wait for an answer. What half a request gets, it says itself. */
  readonly #onEnd = (): void => {
    if (this.#gathering === undefined) {
      this.#socket.end();
      return;
    }
    this.#leave(this.#endGathering(this.#gathering));
    this.#socket.emit('end');
  };

  /** Nothing was read of an answer for too long. */
  readonly #onTimeout = (): void => {
    if (this.#isClogged) this.#socket.destroy();
  };

  readonly #onDrain = (): void => {
    if (!this.#isClogged) return;
    this.#isClogged = false;
    this.#socket.setTimeout(0);
    this.#socket.resume();
    if (this.#pending !== undefined) this.#serve(this.#takePending());
  };

  readonly #onClose = (): void => {
    this.#options.onGone(this);
    this.#response?.closed();
    this.#response = undefined;
    this.#pending = undefined;
    if (this.#gathering !== undefined) this.#endGathering(this.#gathering);
  };

  /** Answers the requests in `bytes` as long as each is answered at once, and keeps the rest. */
  #serve(bytes: Buffer): void {
    this.#isServing = true;
    for (let rest = bytes; rest.length > 0; ) {
      const request = this.#options.scanner.scan(rest, this.#socket, this.#memory);
      if (typeof request === 'number' && this.#beginGathering(rest, request)) break;
      if (request === undefined || typeof request === 'number' || !this.#begin(request)) {
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
    this.#idleFor = 0;
    if (this.#options.onRequest(request, response)) return true;
    this.#response = undefined;
    return false;
  }

  /** @returns false when there is no room for it */
  #beginGathering(begun: Buffer, size: number): boolean {
    const gathering = this.#options.room.begin(begun, size, this.#onSlow);
    if (gathering === undefined) return false;
    this.#gathering = gathering;
    this.#copied = begun;
    gathering.readOn(this.#socket, begun);
    if (gathering.isWhole) this.#serveGathered(this.#endGathering(gathering));
    return true;
  }

  #gather(gathering: Gathering, chunk: Buffer): void {
    const taken = gathering.add(chunk);
    if (taken === chunk.length) this.#copied = chunk;
    gathering.readOn(this.#socket, chunk);
    if (!gathering.isWhole) return;
    const whole = this.#endGathering(gathering);
    if (taken < chunk.length) this.#serve(Buffer.concat([whole, chunk.subarray(taken)]));
    else this.#serveGathered(whole);
  }

  #serveGathered(whole: Buffer): void {
    this.#gathered = whole;
    this.#serve(whole);
  }

  #endGathering(gathering: Gathering): Buffer {
    this.#gathering = undefined;
    return gathering.take();
  }

  readonly #onSlow = (): void => {
    if (this.#gathering !== undefined) this.#leave(this.#endGathering(this.#gathering));
  };

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
    this.#socket.setTimeout(this.#options.keepAliveTimeoutMs);
    this.#socket.pause();
  }

  #leave(unread: Buffer): void {
    const socket = this.#socket;
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
