import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { HEADERS_TIMEOUT_MS } from '../../aws/listener-options.ts';
import { type TlsSettings, tlsOptions } from '../../aws/tls-settings.ts';

/** Speaks TLS on connections that were accepted elsewhere, with clients that want HTTP/1.1. */
export class SecureConnections {
  readonly #server: Server;

  /** @param onSecure gets each when its handshake is done; those that fail are closed */
  constructor(tls: TlsSettings, onSecure: (socket: TLSSocket) => void) {
    this.#server = createServer(tlsOptions(tls, ['http/1.1'], HEADERS_TIMEOUT_MS), onSecure);
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Those that come from now on are shown this certificate. */
  renew(tls: TlsSettings): void {
    this.#server.setSecureContext(tlsOptions(tls, ['http/1.1'], HEADERS_TIMEOUT_MS));
  }

  /** @param begun what was read of it */
  take(socket: Socket, begun: Uint8Array): void {
    // Flowing, it would lose what the handshake takes in the next turn.
    socket.pause();
    socket.unshift(begun);
    this.#server.emit('connection', socket);
  }
}
