import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What Node reads at once. */
const READ_BYTES = 64 * 1024;
/** Read into by all connections, one after the other. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** The names by which Node.js keeps `onread` of a socket that connects. It takes none for those that a server accepts. */
const [BUFFER, CALLBACK] = ['kBuffer', 'kBufferCb'].map((name) =>
  Object.getOwnPropertySymbols(new Socket()).find((symbol) => symbol.description === name),
);

interface WithHandle {
  readonly _handle?: { readonly useUserBuffer?: (memory: Buffer) => void } | null;
}

/**
 * Has what comes on an accepted connection read into memory that all of them share, for good. Memory for each read, 64 KB of
 * which all but a little is given back at once, costs more than a copy of that, and the collector half of its pauses.
 * Does nothing where it cannot be: for TLS, and for a Node.js that keeps other names.
 * @param take what was read, so many bytes; valid until it returns. False when it does not want it so: the stream gets a copy.
 */
export function readToShared(socket: Socket, take: (memory: Buffer, count: number) => boolean): void {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name
  const handle = (socket as WithHandle)._handle;
  if (BUFFER === undefined || CALLBACK === undefined || socket instanceof TLSSocket) return;
  if (handle?.useUserBuffer === undefined) return;
  const onRead = (count: number): boolean => {
    const isNext = socket.readableFlowing === true && socket.readableLength === 0;
    if (isNext && take(shared, count)) return true;
    return socket.push(copyOf(count));
  };
  const isShared = Reflect.get(socket, BUFFER) === shared;
  Object.assign(socket, { [BUFFER]: shared, [CALLBACK]: onRead });
  if (!isShared) handle.useUserBuffer(shared);
}

/** In memory of its own where it is large: that can be given back. */
function copyOf(count: number): Buffer {
  const copy = Buffer.allocUnsafe(count);
  shared.copy(copy, 0, 0, count);
  return copy;
}
