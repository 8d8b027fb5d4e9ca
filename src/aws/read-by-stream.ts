import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

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

/**
 * Has a connection that node:http reads past its stream stay paused. Where something was read by the stream before, the
 * stream would go on by itself, and node:http takes what it does not expect for nonsense: of requests sent ahead of their answers
 * the connection was ended, and those that were left lost.
 */
export function stayPaused(socket: Socket): Socket {
  // One of TLS is read by its stream.
  if (socket instanceof TLSSocket) return socket;
  // oxlint-disable no-underscore-dangle -- Node's own names
  const read = socket._read.bind(socket);
  socket._read = (size) => {
    if ((socket as { _paused?: boolean })._paused !== true) read(size);
  };
  // oxlint-enable no-underscore-dangle
  return socket;
}
