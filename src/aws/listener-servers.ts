import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { takeAbsoluteTarget } from './absolute-target.ts';
import { expectInvitation } from './body-invitation.ts';
import { answerWhoEnded } from './half-open.ts';
import {
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  type ListenerOptions,
  MAX_HEADER_BYTES,
} from './listener-options.ts';
import { hasOneHost, refuseHost } from './request-host.ts';
import { type TlsSettings, tlsOptions } from './tls-settings.ts';
import { isPlainlySent, refuseCoding } from './transfer-coding.ts';

export type ConnectionHandler = (socket: Socket) => void;

const REQUEST_TIMEOUT_MS = 15 * 60_000;
const MAX_HEADER_PAIRS = 2000;
const HTTP2_STREAMS = 1000;
const HTTP2_STREAM_WINDOW_BYTES = 1024 * 1024;
const HTTP2_SESSION_WINDOW_BYTES = 8 * 1024 * 1024;
/** Megabytes. Node's own 10 refuses streams when a few large payloads are under way. */
const HTTP2_SESSION_MEMORY_MB = 256;

/** Node's server of HTTP/1.1, in the clear or over TLS. */
export function createHttp1Server(options: ListenerOptions): Server {
  const headersTimeout = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
  const common = {
    headersTimeout,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: Math.max(100, Math.min(5000, headersTimeout / 4)),
    maxHeaderSize: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
    noDelay: true,
    keepAlive: true,
  };
  const { tls } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (!hasOneHost(request)) return refuseHost(response);
    if (!isPlainlySent(request)) return refuseCoding(response);
    takeAbsoluteTarget(request);
    options.onRequest(request, response);
  };
  if (tls === undefined) return invitingServer(createServer(common, onRequest), onRequest);
  const secure = tlsOptions(tls, ['h2', 'http/1.1'], headersTimeout);
  return invitingServer(createTlsServer({ ...common, ...secure }, onRequest), onRequest);
}

/** New connections to one over TLS are shown this certificate. */
export function renewTls(server: Server, tls: TlsSettings): void {
  if ('setSecureContext' in server)
    (server as TlsServer).setSecureContext(tlsOptions(tls, ['h2', 'http/1.1'], HEADERS_TIMEOUT_MS));
}

/** One that does not listen: it is given its connections. */
export function createHttp2Sessions(
  options: ListenerOptions,
  onSession: (session: ServerHttp2Session) => void,
): Http2Server {
  const server = createHttp2Server({
    settings: {
      maxHeaderListSize: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
      maxConcurrentStreams: HTTP2_STREAMS,
      initialWindowSize: HTTP2_STREAM_WINDOW_BYTES,
    },
    maxHeaderListPairs: MAX_HEADER_PAIRS,
    maxSessionMemory: HTTP2_SESSION_MEMORY_MB,
  });
  server.on('request', (request, response) => {
    if (hasOneHost(request)) options.onRequest(request, response);
    else refuseHost(response);
  });
  const idleMs = options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS;
  server.on('session', (session) => {
    session.setLocalWindowSize(HTTP2_SESSION_WINDOW_BYTES);
    // close() waits for streams under way: an invocation may be silent for longer than any idle time.
    session.setTimeout(idleMs, () => session.close());
    onSession(session);
  });
  return server;
}

/** Clients that wait before they send a body are let go on by whoever reads it, not at once. */
function invitingServer(
  server: Server,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  return answerWhoEnded(server).on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    expectInvitation(request, response);
    onRequest(request, response);
  });
}

/** Node has no other way to get at what its servers do with a connection. */
export function takeHandler(server: Server, event: 'connection' | 'secureConnection'): ConnectionHandler {
  const [handler] = server.listeners(event) as ConnectionHandler[];
  if (handler === undefined) throw new Error(`Node's HTTP server has no handler of '${event}'`);
  server.off(event, handler);
  return handler.bind(server);
}
