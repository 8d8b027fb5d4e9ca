import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

export const TICKET_KEY_BYTES = 48;

/** What all processes that speak TLS for this platform have in common. */
export interface TlsSettings {
  /** PEM. */
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** `TICKET_KEY_BYTES` of them: with the same ones, a session that began in one process can be taken up in another. */
  readonly ticketKeys?: Buffer | undefined;
}

/** Node.js makes one of the command line, which is not the same in all processes. */
const SESSION_CONTEXT = 'lambent';

/** @param protocols for ALPN, the preferred one first */
export function tlsOptions(
  { key, cert, ticketKeys }: TlsSettings,
  protocols: string[],
  handshakeTimeout: number,
): TlsOptions {
  return {
    key,
    cert,
    ...(ticketKeys !== undefined && { ticketKeys }),
    ALPNProtocols: protocols,
    handshakeTimeout,
    sessionIdContext: SESSION_CONTEXT,
    // Nobody needs it, and it costs the server more than the client.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}
