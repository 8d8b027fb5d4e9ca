import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { ClientHello } from './client-hello.ts';
import type { FastLaneRoute } from './fast-lane.ts';
import type { TlsSettings } from './tls-settings.ts';

export type RequestListener = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
) => void;

export interface ListenerOptions {
  /** Says `inviteBody` before it reads a body: clients may wait for it. */
  readonly onRequest: RequestListener;
  /** Requests that may go past node:http, where a connection speaks HTTP/1.1. None unless set. */
  readonly fastLane?: FastLaneRoute | undefined;
  /**
   * Asked of every connection that comes in: true when somebody else serves it. Not asked of those given to `accept`. Of one
   * over TLS the client's first message has been read, which says what it wants; where it can't be read, nobody is asked.
   */
  readonly passOn?: ((socket: Socket, begun: BegunTls | undefined) => boolean) | undefined;
  /** With it the port speaks TLS only, HTTP/2 and HTTP/1.1 by ALPN. */
  readonly tls?: TlsSettings | undefined;
  /** Request line and headers together. 1 MiB, AWS's bound, unless set. Beyond it: 431. */
  readonly maxHeaderBytes?: number | undefined;
  /** From the connection's or request's first moment to the end of its headers. Beyond it: 408. 20 s unless set. */
  readonly headersTimeoutMs?: number | undefined;
  /** For the whole request with its body. Beyond it: 408. 15 min unless set: uploads of gigabytes are normal. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long an idle connection stays open. 75 s unless set: longer than the SDKs' own, so they close first. */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** Connections it accepts at once; what is more is closed unread. No bound unless set. */
  readonly mostConnections?: number | undefined;
  /** Told of each that was closed so. */
  readonly onFull?: (() => void) | undefined;
  /** Told of errors of the listening socket after it listens, such as a failed accept. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** A connection over TLS whose client has said what it can do. */
export interface BegunTls {
  readonly hello: ClientHello;
  /** All that was read, that message first. */
  readonly bytes: Buffer;
}

export const MAX_HEADER_BYTES = 1024 * 1024;
export const HEADERS_TIMEOUT_MS = 20_000;
export const KEEP_ALIVE_TIMEOUT_MS = 75_000;
