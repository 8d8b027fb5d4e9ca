import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { takeAbsoluteTarget } from './absolute-target.ts';
import { expectInvitation } from './body-invitation.ts';
import { FastLane } from './fast-lane.ts';
import type { FastLaneRoute } from './fast-lane.ts';
import { sniffProtocol } from './protocol-sniffer.ts';

export type RequestListener = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
) => void;

export interface ListenerOptions {
  /** Says `inviteBody` before it reads a body: clients may wait for it. */
  readonly onRequest: RequestListener;
  /** Requests that may go past node:http, where the port speaks HTTP/1.1 in the clear. None unless set. */
  readonly fastLane?: FastLaneRoute | undefined;
  /**
   * Asked of every connection that comes in, before anything of it is read: true when somebody else serves it. Not asked
   * of those given to `accept`, nor over TLS.
   */
  readonly passOn?: ((socket: Socket) => boolean) | undefined;
  /** PEM. With it the port speaks TLS only, HTTP/2 and HTTP/1.1 by ALPN. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
  /** Request line and headers together. 1 MiB, AWS's bound, unless set. Beyond it: 431. */
  readonly maxHeaderBytes?: number | undefined;
  /** From the connection's or request's first moment to the end of its headers. Beyond it: 408. 20 s unless set. */
  readonly headersTimeoutMs?: number | undefined;
  /** For the whole request with its body. Beyond it: 408. 15 min unless set: uploads of gigabytes are normal. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long an idle connection stays open. 75 s unless set: longer than the SDKs' own, so they close first. */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** Told of errors of the listening socket after it listens, such as a failed accept. */
  readonly onError?: ((error: Error) => void) | undefined;
}

type ConnectionHandler = (socket: Socket) => void;

const MAX_HEADER_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 15 * 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const MAX_HEADER_PAIRS = 2000;
const HTTP2_STREAMS = 1000;
const HTTP2_STREAM_WINDOW_BYTES = 1024 * 1024;
const HTTP2_SESSION_WINDOW_BYTES = 8 * 1024 * 1024;
/** Megabytes. Node's own 10 refuses streams when a few large payloads are under way. */
const HTTP2_SESSION_MEMORY_MB = 256;
const DRAIN_CHECK_MS = 10;
/** In which a connection that waits is accepted, and what has come on it is read. */
const LAST_TURNS = 8;
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
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #headersTimeoutMs: number;
  readonly #begin: ConnectionHandler;
  #lane: FastLane | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#headersTimeoutMs = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
    this.#http1 = this.#createHttp1(options);
    this.#http2 = this.#createHttp2(options);
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
  }

  /** Accepts nothing new, closes idle connections at once and the others when their requests end or grace is over. */
  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#drain(graceMs);
    return this.#closed;
  }

  #createHttp1(options: ListenerOptions): Server {
    const timeouts = {
      headersTimeout: this.#headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: Math.max(100, Math.min(5000, this.#headersTimeoutMs / 4)),
    };
    const common = {
      ...timeouts,
      maxHeaderSize: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
      noDelay: true,
      keepAlive: true,
    };
    const { tls } = options;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      takeAbsoluteTarget(request);
      options.onRequest(request, response);
    };
    if (tls === undefined) return invitingServer(createServer(common, onRequest), onRequest);
    const alpn = { ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: this.#headersTimeoutMs };
    return invitingServer(createTlsServer({ ...common, ...alpn, ...tls }, onRequest), onRequest);
  }

  #createHttp2(options: ListenerOptions): Http2Server {
    const server = createHttp2Server({
      settings: {
        maxHeaderListSize: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
        maxConcurrentStreams: HTTP2_STREAMS,
        initialWindowSize: HTTP2_STREAM_WINDOW_BYTES,
      },
      maxHeaderListPairs: MAX_HEADER_PAIRS,
      maxSessionMemory: HTTP2_SESSION_MEMORY_MB,
    });
    server.on('request', options.onRequest);
    const idleMs = options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS;
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.setLocalWindowSize(HTTP2_SESSION_WINDOW_BYTES);
      // close() waits for streams under way: an invocation may be silent for longer than any idle time.
      session.setTimeout(idleMs, () => session.close());
      session.once('close', () => this.#sessions.delete(session));
    });
    return server;
  }

  /**
   * Puts the choice of protocol before the HTTP/1.1 server's own handler of new connections.
   * @returns what serves a connection
   */
  #splitConnections(options: ListenerOptions): ConnectionHandler {
    const isSecure = options.tls !== undefined;
    const event = isSecure ? 'secureConnection' : 'connection';
    const [asHttp1] = this.#http1.listeners(event) as ConnectionHandler[];
    if (asHttp1 === undefined) throw new Error(`Node's HTTP server has no handler of '${event}'`);
    this.#http1.off(event, asHttp1);
    const asHttp2 = (socket: Socket): void => {
      // The HTTP/1.1 server's sockets may stay half open; an HTTP/2 session would then outlive its client.
      socket.allowHalfOpen = false;
      this.#http2.emit('connection', socket);
    };
    const http1: ConnectionHandler = asHttp1.bind(this.#http1);
    if (isSecure) {
      this.#http1.on('connection', (socket: Socket) => this.#track(socket));
      this.#http1.on('secureConnection', (socket: TLSSocket) => {
        if (socket.alpnProtocol === 'h2') asHttp2(socket);
        else http1(socket);
      });
      return (socket) => void this.#http1.emit('connection', socket);
    }
    const first = this.#throughLane(options, http1);
    const begin: ConnectionHandler = (socket) => {
      this.#track(socket);
      sniffProtocol(socket, this.#headersTimeoutMs, first, asHttp2);
    };
    this.#http1.on('connection', (socket: Socket) => {
      if (options.passOn?.(socket) !== true) begin(socket);
    });
    return begin;
  }

  #throughLane({ fastLane, ...options }: ListenerOptions, asHttp1: ConnectionHandler): ConnectionHandler {
    if (fastLane === undefined) return asHttp1;
    const lane = new FastLane({
      ...fastLane,
      asHttp1,
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

  async #drain(graceMs: number): Promise<void> {
    const server = this.#http1;
    if (!server.listening) return;
    const ended = Promise.withResolvers<void>();
    server.prependListener('request', (_req, res) => res.setHeader('connection', 'close'));
    // What came before the word to leave is not to be cut off unread, as much of it as there may be on a busy machine.
    for (let turn = 0; turn < LAST_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    server.close(() => ended.resolve());
    this.#lane?.close();
    for (const session of this.#sessions) session.close();
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    // Connections become idle as their responses end; only the server knows which are.
    const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await ended.promise;
    // The server does not count those that were accepted elsewhere.
    while (this.#sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    clearInterval(idle);
    clearTimeout(grace);
  }
}

/** Clients that wait before they send a body are let go on by whoever reads it, not at once. */
function invitingServer(
  server: Server,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  return server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    expectInvitation(request, response);
    onRequest(request, response);
  });
}
