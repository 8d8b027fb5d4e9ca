import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { stopReading, takeRead } from '../../aws/connection-handover.ts';
import type { Endpoint } from '../../aws/endpoint.ts';
import { FastLane } from '../../aws/fast-lane.ts';
import type { TlsSettings } from '../../aws/tls-settings.ts';
import { invokeLane } from '../invoke-lane.ts';
import type { Elsewhere } from './elsewhere.ts';
import { assemble, LARGEST_BODY_BYTES, missingFrom } from './request-assembly.ts';
import { relay, type RelaySettings } from './relay.ts';
import { SecureConnections } from './secure-connections.ts';
import type { SentBack } from './worker-messages.ts';

const KEEP_ALIVE_MS = 75_000;
const MAX_HEAD_BYTES = 16 * 1024;

export interface WorkerConnectionsParts {
  readonly endpoint: Endpoint;
  readonly elsewhere: Pick<Elsewhere, 'has'>;
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
  #whenClosed: (() => void) | undefined;

  constructor(parts: WorkerConnectionsParts) {
    this.#parts = parts;
    const { takesPath, onRequest } = invokeLane(parts.endpoint);
    this.#lane = new FastLane({
      takesPath: (path) => takesPath(path) && !parts.elsewhere.has(path),
      onRequest: (request, response) => {
        const type = request.headers['x-amz-invocation-type'];
        return (type === undefined || type === 'RequestResponse') && onRequest(request, response);
      },
      maxHeadBytes: MAX_HEAD_BYTES,
      maxBodyBytes: LARGEST_BODY_BYTES,
      keepAliveTimeoutMs: KEEP_ALIVE_MS,
      asHttp1: (socket) => socket.once('data', (bytes: Buffer) => this.#goOn(socket, bytes)),
    });
    if (parts.tls !== undefined)
      this.#secure = new SecureConnections(parts.tls, (socket) => this.#takeSecure(socket));
  }

  /** @param begun what was read of it, over TLS */
  take(socket: Socket, begun?: Uint8Array): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#forget(socket));
    if (this.#secure === undefined) this.#lane.take(socket);
    else this.#secure.take(socket, begun ?? new Uint8Array());
  }

  /** One that was accepted here and is none of a worker's business. */
  passOn(note: SentBack, socket: Socket): void {
    if (!stopReading(socket) || !process.connected) {
      socket.destroy();
      return;
    }
    const whole =
      note.kind === 'other' ? { ...note, bytes: Buffer.concat([note.bytes, takeRead(socket)]) } : note;
    // Its descriptor is closed when it has arrived; this object is of no more use before that.
    process.send?.(whole, socket, undefined, () => socket.destroy());
  }

  /** Idle connections end now, the others with their answer. Resolves when there are none. */
  async close(): Promise<void> {
    this.#lane.close();
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#whenClosed = resolve));
  }

  #goOn(socket: Socket, bytes: Buffer): void {
    const size = missingFrom(bytes);
    if (size === undefined) {
      this.#giveBack(socket, bytes);
      return;
    }
    assemble(socket, bytes, size, (whole) => {
      this.#lane.take(socket);
      socket.emit('data', whole);
    });
  }

  #takeSecure(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    if (this.#whenClosed === undefined) this.#lane.take(socket);
    else socket.destroy();
  }

  #giveBack(socket: Socket, bytes: Buffer): void {
    const { relay: way } = this.#parts;
    if (socket instanceof TLSSocket && way !== undefined) relay(way, socket, bytes);
    else this.passOn({ kind: 'other', bytes }, socket);
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#parts.onClosed(1);
    if (this.#open.size === 0) this.#whenClosed?.();
  }
}
