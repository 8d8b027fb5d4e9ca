import type { Socket } from 'node:net';
import { clientHelloBytes, readClientHello } from './client-hello.ts';
import { awaitFirstBytes } from './first-bytes.ts';
import type { BegunTls } from './listener-options.ts';

/**
 * Looks at what a client wants before it is decided who speaks TLS with it.
 * @param takes true when somebody else does
 * @param handshake gets the connection as if nothing had been read of it
 */
export function awaitHello(
  socket: Socket,
  withinMs: number,
  takes: (begun: BegunTls) => boolean,
  handshake: (socket: Socket) => void,
): void {
  awaitFirstBytes(socket, withinMs, (read) => {
    const needed = clientHelloBytes(read);
    if (needed !== undefined && needed > read.length) return needed;
    return (bytes) => {
      const hello = readClientHello(bytes);
      if (hello !== undefined && takes({ hello, bytes })) return;
      // Flowing, it would lose what the handshake takes in the next turn.
      socket.pause();
      socket.unshift(bytes);
      handshake(socket);
    };
  });
}
