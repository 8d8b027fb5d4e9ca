import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { GatheredBytes } from '../../model/gathered-bytes.ts';
import { readToShared } from '../../model/shared-reads.ts';
import { lend, own, releaseWhole } from '../../model/spent-memory.ts';
import { ChannelWriter } from '../channel-writer.ts';
import { LARGEST_RESPONSE_BYTES } from '../runtime-link.ts';
import type { BodyRoom } from '../../model/body-room.ts';
import { accepted, StandingHead } from './lane-answers.ts';
import { eventHeaderLines } from './next-headers.ts';
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

export interface RuntimeLaneParts {
  readonly client: RuntimeClient;
  /** For responses that do not come with their heads. */
  readonly room: BodyRoom;
  /** So many bytes of a response came for nothing. */
  readonly onWaste: (bytes: number) => void;
  /** Takes over a connection for good; the bytes it has still to read follow as a `data` event. */
  readonly asHttp: (socket: Socket) => void;
}

/**
 * A connection of a runtime while all that comes on it are the two requests of every invocation, in plain form: they
 * cost a third of what they cost through node:http. With the first that is anything else, and with any that the
 * environment refuses, the connection becomes node:http's, which answers that one as well.
 */
export class RuntimeLane implements NextRequest {
  readonly #socket: Socket;
  readonly #writer: ChannelWriter;
  readonly #parts: RuntimeLaneParts;
  readonly #client: RuntimeClient;
  readonly #reader = new PlainRequestReader();
  readonly #head = new StandingHead();
  /** Asked for an event that has not been sent. */
  #asks = false;
  /** Came meanwhile. */
  #pending: Buffer | undefined;
  /** The response that is coming, when its body didn't come with its head. */
  #gathering: GatheredBytes | undefined;
  /** A chunk that was copied there as a whole. */
  #copied: Buffer | undefined;
  isSent = true;

  constructor(socket: Socket, parts: RuntimeLaneParts) {
    this.#socket = socket;
    this.#writer = new ChannelWriter(socket);
    this.#parts = parts;
    this.#client = parts.client;
  }

  /** Call before anything is read. */
  begin(): void {
    const socket = this.#socket;
    socket.on('data', this.#onData);
    socket.push = this.#onPush;
    readToShared(socket, this.#onSharedRead);
    socket.on('end', this.#onEnd);
    socket.once('close', this.#onClose);
    // A reset shows as the connection's close.
    socket.on('error', ignore);
  }

  send(delivery: Delivery): void {
    // If the connection ends before it has left, the runtime never saw the event.
    this.isSent = this.#write(delivery);
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
    if (this.#copied === chunk) releaseWhole(chunk);
    this.#copied = undefined;
    return true;
  };

  readonly #onSharedRead = (memory: Buffer, count: number): boolean => {
    if (this.#gathering === undefined || count > this.#gathering.missing) return false;
    this.#gather(this.#gathering, memory.subarray(0, count));
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    if (this.#gathering !== undefined) this.#gather(this.#gathering, bytes);
    else if (this.#asks) this.#keep(bytes);
    else this.#serve(bytes);
  };

  readonly #onEnd = (): void => {
    // Nobody would wait for the answer to half a response.
    if (this.#gathering === undefined) this.#socket.end();
    else this.#socket.destroy();
  };

  /** Stays where the connection becomes node:http's: the last event may still be on its way. */
  readonly #onClose = (): void => {
    this.#asks = false;
    this.#pending = undefined;
    if (this.#gathering !== undefined) this.#parts.onWaste(this.#endGathering(this.#gathering).length);
    this.#client.lost(this);
  };

  #serve(bytes: Buffer): void {
    for (let rest = bytes; ; ) {
      const request = this.#reader.read(rest);
      if (typeof request === 'number' && this.#beginGathering(rest, request)) return;
      if (typeof request !== 'object' || !this.#answer(request)) return this.#leave(rest);
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

  /** @returns false when there is no room for it: node:http lets one wait for the other, and refuses what is too large */
  #beginGathering(begun: Buffer, size: number): boolean {
    if (size > LARGEST_RESPONSE_BYTES || !this.#parts.room.begin(this.#socket, size)) return false;
    const gathering = new GatheredBytes(begun, size);
    this.#gathering = gathering;
    this.#copied = begun;
    gathering.readOn(this.#socket, begun);
    if (gathering.isWhole) this.#serveGathered(this.#endGathering(gathering));
    return true;
  }

  #gather(gathering: GatheredBytes, chunk: Buffer): void {
    const taken = gathering.add(chunk);
    if (taken === chunk.length) this.#copied = chunk;
    gathering.readOn(this.#socket, chunk);
    if (!gathering.isWhole) return;
    const response = this.#endGathering(gathering);
    if (taken < chunk.length) this.#serve(Buffer.concat([response, chunk.subarray(taken)]));
    else this.#serveGathered(response);
  }

  #serveGathered(response: Buffer): void {
    own(response);
    const request = this.#reader.read(response);
    if (typeof request === 'object' && this.#answer(request)) return;
    lend(response);
    this.#parts.onWaste(response.length);
    this.#leave(response);
  }

  #endGathering(gathering: GatheredBytes): Buffer {
    this.#gathering = undefined;
    this.#parts.room.leave(this.#socket);
    return gathering.bytes;
  }

  /** False when the system has not taken all of it yet. */
  #write(delivery: Delivery): boolean {
    const { invokedFunctionArn, payload } = delivery.invocation;
    const head = this.#head.of(invokedFunctionArn);
    // One byte for each character.
    const lines = `${eventHeaderLines(delivery)}\r\n`;
    const eventAt = head.length + lines.length;
    const length = eventAt + payload.length;
    if (length > COPIED_BYTES) return this.#writeLarge(head, lines, payload);
    whole.set(head);
    whole.write(lines, head.length, 'latin1');
    whole.set(payload, eventAt);
    if (this.#writer.writeFrom(whole, length)) return true;
    this.#socket.write(NOTHING, this.#onSent);
    return false;
  }

  /** All in one system call, without a copy of the event. */
  #writeLarge(head: Buffer, lines: string, event: Uint8Array): false {
    const socket = this.#socket;
    lend(event);
    socket.cork();
    socket.write(head);
    socket.write(lines, 'latin1');
    socket.write(event, (error) => {
      if (!error) own(event);
      this.#onSent(error);
    });
    socket.uncork();
    return false;
  }

  readonly #onSent = (error?: Error | null): void => {
    if (!error) this.isSent = true;
  };

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
    this.#parts.asHttp(socket);
    socket.emit('data', unread);
  }
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
