import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A client may end its side behind its last request, and is answered all the same. Whether it does that or has gone nobody
 * can tell before something is written. Connections over TLS, and those of other processes, would end with it.
 */
export function mayEndFirst(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  return socket;
}

/** Node's servers of HTTP/1.1 end such a connection without an answer. There is no option for this. */
export function answerWhoEnded<S extends Server>(server: S): S {
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  return server;
}
