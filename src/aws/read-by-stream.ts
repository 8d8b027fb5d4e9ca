import type { TLSSocket } from 'node:tls';

/**
 * Has node:http read a connection by its stream, not past it as it likes to. What TLS has decrypted goes on coming when it is
 * told to stop: past the stream, of requests sent ahead of their answers some were lost and their connection with them. Node.js
 * has no public call for this; it leaves alone what somebody else reads.
 */
export function readByStream(socket: TLSSocket): void {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own names
  const { _handle: handle } = socket as unknown as { readonly _handle: { _consumed?: boolean } | null };
  // oxlint-disable-next-line no-underscore-dangle
  if (handle !== null) handle._consumed = true;
}
