import type { Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { awaitHello } from './await-hello.ts';
import { ExchangesUnderWay } from './exchanges-under-way.ts';
import { FastLane } from './fast-lane.ts';
import { mayEndFirst } from './half-open.ts';
import { lastTurns } from './last-turns.ts';
import { LeavingConnections, tcpOf } from './leaving-connections.ts';
import {
  type BegunTls,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  type ListenerOptions,
  MAX_HEADER_BYTES,
} from './listener-options.ts';
import {
  type ConnectionHandler,
  createHttp1Server,
  createHttp2Sessions,
  renewTls,
  takeHandler,
} from './listener-servers.ts';
import { sniffProtocol } from './protocol-sniffer.ts';
import { readByStream, stayPaused } from './read-by-stream.ts';

const DRAIN_CHECK_MS = 10;
/**
 * Connections that wait to be accepted, where the system allows as many. What does not fit Node's own 511 is dropped
 * without a word: its client finds out when it is reset, or after minutes.
 */
const MOST_WAITING = 4096;

/**
 * One TCP port for HTTP/1.1 and HTTP/2, in the clear or over TLS. Node's HTTP server owns the port, so that its fast
 * path, timeouts and error answers (400, 408, 431) hold; HTTP/2 connections are told apart by their first bytes or by
 * ALPN and handed to an HTTP/2 server that does not listen itself.
 */
export class Listener {
  readonly #http1: Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  readonly #exchanges = new ExchangesUnderWay();
  /** What was read of them before, somebody else has read. */
  readonly #resumed = new WeakSet<Socket>();
  readonly #headersTimeoutMs: number;
  readonly #begin: ConnectionHandler;
  #asPlain: ConnectionHandler = (socket) => void socket.destroy();
  /** Whose session begins. */
  #asHttp2Now: Socket | undefined;
  #lane: FastLane | undefined;
  #closed: Promise<void> | undefined;

  constructor(given: ListenerOptions) {
    const onRequest: ListenerOptions['onRequest'] = (request, response) => {
      this.#exchanges.add(response);
      given.onRequest(request, response);
    };
    const options: ListenerOptions = { ...given, onRequest };
    this.#headersTimeoutMs = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
    this.#http1 = createHttp1Server(options);
    this.#http2 = createHttp2Sessions(options, (session) => {
      if (this.#asHttp2Now !== undefined) this.#exchanges.addSession(session, this.#asHttp2Now);
      if (this.#closed !== undefined) setImmediate(() => session.close());
    });
    this.#begin = this.#splitConnections(options);
    this.#http1.on('error', (error) => {
      // While it is not listening yet, the error is the caller's of listen().
      if (this.#http1.listening) options.onError?.(error);
    });
  }

  /** Resolves to the actual port; 0 asks for any free one. Rejects with the system's error (EADDRINUSE, EACCES). */
  listen(port: number, host: string): Promise<number> {
    const server = this.#http1;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    server.once('error', reject);
    server.listen({ port, host, backlog: MOST_WAITING }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
    return promise;
  }

  /** Serves a connection that was accepted elsewhere, whether it listens itself or not. */
  accept(socket: Socket): void {
    this.#begin(socket);
    if (this.#closed !== undefined) void lastTurns().then(() => this.#dropSilent());
  }

  /** Serves HTTP/1.1 on one of which TLS, if any, is somebody else's. Its next bytes may follow as a `data` event. */
  acceptDecrypted(socket: Socket): void {
    this.#track(socket);
    this.#asPlain(socket.on('error', ignore));
  }

  /**
   * Serves a connection that somebody else has served so far: it may be silent for as long as between any two requests.
   * @param unread what was read of it and not answered
   */
  resume(socket: Socket, unread: Uint8Array): void {
    this.#resumed.add(socket);
    if (unread.length > 0) this.#begin(socket);
    else this.acceptDecrypted(socket);
    if (socket.isPaused()) socket.resume();
    if (unread.length > 0) socket.emit('data', unread);
  }

  readonly renewTls = (tls: NonNullable<ListenerOptions['tls']>): void => renewTls(this.#http1, tls);

  /** What is plain enough to go past node:http. */
  get lane(): FastLane | undefined {
    return this.#lane;
  }

  /**
   * Accepts nothing new, closes idle connections at once and the others when their requests end, when their clients keep
   * them waiting, or when grace is over.
   * @param others resolves when nobody else has connections any more that may come back
   */
  close(graceMs: number, others: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#closed ??= this.#drain(graceMs, others);
    return this.#closed;
  }

  /**
   * Puts the choice of protocol before Node's own handlers of new connections.
   * @returns what serves a connection
   */
  #splitConnections(options: ListenerOptions): ConnectionHandler {
    const isSecure = options.tls !== undefined;
    const http1 = takeHandler(this.#http1, isSecure ? 'secureConnection' : 'connection');
    const first = this.#throughLane(options, (socket) => http1(stayPaused(mayEndFirst(socket))));
    this.#asPlain = first;
    if (isSecure) return this.#splitSecure(options, first);
    const begin: ConnectionHandler = (socket) => {
      this.#track(socket);
      sniffProtocol(socket, this.#headersTimeoutMs, first, this.#asHttp2);
    };
    this.#onConnection(options, (socket) => {
      if (options.passOn?.(socket, undefined) !== true) begin(socket);
    });
    return begin;
  }

  /** Each takes one of the files that the process may have open, and so do others' needs. */
  #onConnection({ mostConnections, onFull }: ListenerOptions, handle: ConnectionHandler): void {
    this.#http1.on('connection', (socket: Socket) => {
      if (mostConnections === undefined || this.#sockets.size < mostConnections) return handle(socket);
      socket.destroy();
      onFull?.();
    });
  }

  #splitSecure(options: ListenerOptions, first: ConnectionHandler): ConnectionHandler {
    const { passOn } = options;
    const handshake = takeHandler(this.#http1, 'connection');
    this.#http1.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === 'h2') {
        this.#asHttp2(socket);
        return;
      }
      readByStream(socket);
      first(socket.on('error', ignore));
    });
    const begin: ConnectionHandler = (socket) => {
      this.#track(socket);
      handshake(socket);
    };
    this.#onConnection(options, (socket) => {
      if (passOn === undefined) return begin(socket);
      this.#track(socket);
      const takes = (begun: BegunTls): boolean => passOn(socket, begun) && this.#sockets.delete(socket);
      awaitHello(socket, this.#headersTimeoutMs, takes, handshake);
    });
    return begin;
  }

  readonly #asHttp2: ConnectionHandler = (socket) => {
    // The HTTP/1.1 server's sockets may stay half open; an HTTP/2 session would then outlive its client.
    socket.allowHalfOpen = false;
    this.#asHttp2Now = socket;
    this.#http2.emit('connection', socket);
    this.#asHttp2Now = undefined;
  };

  #throughLane({ fastLane, ...options }: ListenerOptions, asHttp1: ConnectionHandler): ConnectionHandler {
    if (fastLane === undefined) return asHttp1;
    const lane = new FastLane({
      ...fastLane,
      asHttp1,
      onReleased: (socket, unread) => {
        this.#sockets.delete(socket);
        fastLane.onReleased?.(socket, unread);
      },
      maxHeadBytes: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
      keepAliveTimeoutMs: options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
    });
    this.#lane = lane;
    return (socket) => lane.take(socket);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #dropSilent(): void {
    for (const socket of this.#sockets)
      if (socket.bytesRead === 0 && !this.#resumed.has(socket)) socket.destroy();
  }

  #running(): Set<Socket> {
    const running = this.#exchanges.running();
    for (const socket of this.#lane?.running() ?? []) running.add(tcpOf(socket));
    return running;
  }

  async #drain(graceMs: number, others: Promise<unknown>): Promise<void> {
    const server = this.#http1;
    if (!server.listening) return;
    server.prependListener('request', (_req, res) => res.setHeader('connection', 'close'));
    await lastTurns();
    // Its own word would never come: it counts connections that other processes have, and waits for processes that are gone.
    // As a server of HTTP it would no longer look for heads that take too long, and wait for them.
    NetServer.prototype.close.call(server);
    this.#lane?.close();
    for (const session of this.#exchanges.sessions()) session.close();
    this.#dropSilent();
    // Connections become idle as their responses end; only the server knows which are.
    const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
    const leaving = new LeavingConnections(this.#sockets, () => this.#running());
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await others;
    while (this.#sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    clearInterval(idle);
    leaving.stop();
    clearTimeout(grace);
    server.close();
  }
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
