import { TLSSocket } from 'node:tls';

/** Node has no public way to ask a socket or pipe for its descriptor. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/**
 * -1 where there is none, or none is found. To be asked each time: that of a closed one may belong to somebody else by now.
 * One that speaks TLS has none: Node would tell of the connection beneath it, which takes no clear text.
 */
export function descriptorOf(stream: object): number {
  if (stream instanceof TLSSocket) return -1;
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name
  return (stream as WithHandle)._handle?.fd ?? -1;
}
