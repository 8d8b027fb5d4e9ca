import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { stopReading, takeRead } from '../../aws/connection-handover.ts';
import type { Endpoint } from '../../aws/endpoint.ts';
import { FastLane } from '../../aws/fast-lane.ts';
import { LeavingConnections, tcpOf } from '../../aws/leaving-connections.ts';
import { KEEP_ALIVE_TIMEOUT_MS } from '../../aws/listener-options.ts';
import type { TlsSettings } from '../../aws/tls-settings.ts';
import { invokeLane } from '../invoke-lane.ts';
import { LoadMeter } from './load-meter.ts';
import type { PlainInvokes } from './plain-invokes.ts';
import { assemble, missingFrom } from './request-assembly.ts';
import { relay, type RelaySettings } from './relay.ts';
import { SecureConnections } from './secure-connections.ts';
import type { Load, SentBack } from './worker-messages.ts';

/** Of a connection that was sent here. One for which there was no file to be had never comes. */
const ARRIVAL_MS = 5000;
const MAX_HEAD_BYTES = 16 * 1024;
const NONE = new Uint8Array();

export interface WorkerConnectionsParts {
  readonly endpoint: Endpoint;
  readonly plain: Pick<PlainInvokes, 'has'>;
  /** What is spoken on the connections, if not HTTP in the clear. */
  readonly tls: TlsSettings | undefined;
  readonly relay: RelaySettings | undefined;
  /** Connections this process has done with. */
  readonly onClosed: (connections: number) => void;
}

/**
 * The connections of a worker. What comes on them is answered as long as it is plain invokes; with the first request that
 * is anything else a connection goes back to the main process for good, with what was read of it; over TLS its bytes do.
 */
export class WorkerConnections {
  readonly #parts: WorkerConnectionsParts;
  readonly #lane: FastLane;
  readonly #open = new Set<Socket>();
  readonly #secure: SecureConnections | undefined;
  readonly #meter: LoadMeter;
  /** Some other process has read from them before. */
  readonly #moved = new WeakSet<Socket>();
  readonly #relayed = new Set<Socket>();
  #given = 0;
  #whenChanged: (() => void) | undefined;
  #isLeaving = false;
  #isClosing = false;

  constructor(parts: WorkerConnectionsParts) {
    this.#parts = parts;
    const { takesPath, onRequest } = invokeLane(parts.endpoint);
    this.#lane = new FastLane({
      takesPath,
      onRequest: (request, response) => parts.plain.has(request) && onRequest(request, response),
      onReleased: (socket, unread) => this.#release(socket, unread),
      maxHeadBytes: MAX_HEAD_BYTES,
      keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
      asHttp1: (socket) => socket.once('data', (bytes: Buffer) => this.#goOn(socket, bytes)),
    });
    if (parts.tls !== undefined)
      this.#secure = new SecureConnections(parts.tls, (socket) => this.#takeSecure(socket));
    this.#meter = new LoadMeter(this.#lane);
    this.#lane.watch(true);
  }

  renewTls(tls: TlsSettings): void {
    this.#secure?.renew(tls);
  }

  /** @param read of it by others; undefined for a new one of which nothing was */
  take(socket: Socket, read: Uint8Array | undefined): void {
    this.#given += 1;
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#forget(socket));
    if (this.#secure === undefined) this.#takeClear(socket, read);
    else this.#secure.take(socket, read ?? NONE);
  }

  /** One that it was given ended on its way. */
  miss(): void {
    this.#given += 1;
    this.#ended();
  }

  /** Since it was last asked. */
  load(): Load {
    return this.#meter.read().load;
  }

  /** Gives so many connections back, of those that are in use. */
  yield(count: number): void {
    this.#lane.release(this.#meter.active.slice(0, count));
  }

  /** Gives all connections back, each between two requests, and those that still come. To be asked again until none is left. */
  handBack(): void {
    this.#isLeaving = true;
    this.#lane.release();
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** One that was accepted here and is none of a worker's business. */
  passOn(note: SentBack, socket: Socket): void {
    if (!stopReading(socket) || !process.connected) {
      socket.destroy();
      return;
    }
    const whole = 'bytes' in note ? { ...note, bytes: Buffer.concat([note.bytes, takeRead(socket)]) } : note;
    // Its descriptor is closed when it has arrived; this object is of no more use before that.
    process.send?.(whole, socket, undefined, () => socket.destroy());
  }

  /**
   * Idle connections end now, the others with their answer or when their clients keep them waiting; those that still come
   * go back. Resolves when there are none.
   * @param given so many were sent here
   */
  async close(given: number): Promise<void> {
    this.#isClosing = true;
    this.#lane.close();
    const leaving = new LeavingConnections(this.#open, () => this.#running());
    let missing = given;
    const late = setTimeout(() => {
      missing = 0;
      this.#whenChanged?.();
    }, ARRIVAL_MS);
    while (this.#open.size > 0 || this.#given < missing)
      await new Promise<void>((resolve) => (this.#whenChanged = resolve));
    clearTimeout(late);
    leaving.stop();
  }

  /** Of those whose bytes are passed on, the main process knows. */
  #running(): Set<Socket> {
    const running = new Set<Socket>(this.#relayed);
    for (const socket of this.#lane.running()) running.add(tcpOf(socket));
    return running;
  }

  /** @param unread undefined for a new one: nobody has read from it */
  #takeClear(socket: Socket, unread: Uint8Array | undefined): void {
    if (unread !== undefined) this.#moved.add(socket);
    if (this.#isLeaving || this.#isClosing) {
      this.#release(socket, unread ?? NONE);
      return;
    }
    this.#lane.take(socket);
    if (unread !== undefined && unread.length > 0) socket.emit('data', bufferOf(unread));
  }

  /** For whoever has time. */
  #release(socket: Socket, bytes: Uint8Array): void {
    const isFresh = socket.bytesRead === 0 && !this.#moved.has(socket);
    this.passOn({ kind: 'returned', bytes, isFresh }, socket);
  }

  #goOn(socket: Socket, bytes: Buffer): void {
    if (this.#isLeaving) {
      this.#release(socket, bytes);
      return;
    }
    const size = missingFrom(bytes);
    if (size === undefined) {
      this.#giveBack(socket, bytes);
      return;
    }
    assemble(socket, bytes, size, (whole) => {
      if (this.#isLeaving) {
        this.#release(socket, whole);
        return;
      }
      this.#lane.take(socket);
      socket.emit('data', whole);
    });
  }

  #takeSecure(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    this.#lane.take(socket);
  }

  /** For good. */
  #giveBack(socket: Socket, bytes: Buffer): void {
    const { relay: way } = this.#parts;
    if (socket instanceof TLSSocket && way !== undefined) {
      const tcp = tcpOf(socket);
      this.#relayed.add(tcp);
      relay(way, socket, bytes, () => this.#relayed.delete(tcp));
    } else this.passOn({ kind: 'other', bytes }, socket);
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#relayed.delete(socket);
    this.#ended();
  }

  #ended(): void {
    this.#parts.onClosed(1);
    this.#whenChanged?.();
  }
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
