import { connect, createServer, type Server, type Socket } from 'node:net';
import { originalDestination, originalDestination6, type SocketAddress } from '../kernel/sockets.ts';

/** Beyond it new connections of one sandbox are closed at once; its processes may open about as many descriptors. */
const MOST_CONNECTIONS = 1024;
const CONNECT_LIMIT_MS = 60_000;
/** A peer that has gone without a word is noticed. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Accepts the diverted connections of one sandbox and carries each to where it was meant to go.
 * @param resolve the place to connect to instead, or undefined to refuse, which resets the connection
 */
export function relayConnections(
  listener: Server,
  resolve: (meant: SocketAddress) => SocketAddress | undefined,
): Server {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (inside) => {
    inside.on('error', () => inside.destroy());
    const destination = destinationOf(inside, resolve);
    if (destination === undefined) inside.resetAndDestroy();
    else carry(inside, destination);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(listener);
  return server;
}

function destinationOf(
  inside: Socket,
  resolve: (meant: SocketAddress) => SocketAddress | undefined,
): SocketAddress | undefined {
  try {
    // Node has no public name for a socket's descriptor.
    const { _handle: handle } = inside as unknown as { _handle: { readonly fd: number } };
    const original = inside.remoteFamily === 'IPv6' ? originalDestination6 : originalDestination;
    return resolve(original(handle.fd));
  } catch {
    // It was closed again meanwhile.
    return undefined;
  }
}

function carry(inside: Socket, { host, port }: SocketAddress): void {
  const outside = connect({ host, port, allowHalfOpen: true, noDelay: true });
  outside.setTimeout(CONNECT_LIMIT_MS, () => outside.destroy(new Error('No answer.')));
  // Whichever side fails, the other learns of it as a reset: half an answer must not look whole.
  outside.once('error', () => inside.resetAndDestroy());
  inside.once('error', () => outside.resetAndDestroy());
  inside.once('close', () => outside.destroy());
  outside.once('close', () => inside.destroy());
  outside.once('connect', () => {
    outside.setTimeout(0);
    for (const socket of [inside, outside]) socket.setKeepAlive(true, KEEP_ALIVE_MS);
    inside.pipe(outside);
    outside.pipe(inside);
  });
}
