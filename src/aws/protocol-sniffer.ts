import type { Socket } from 'node:net';
import { awaitFirstBytes } from './first-bytes.ts';

type ConnectionHandler = (socket: Socket) => void;

/** HTTP/2's preface is `PRI * HTTP/2.0`; no HTTP/1.1 method starts like it. */
const PREFACE = Buffer.from('PRI');

/**
 * Tells HTTP/2 without TLS from HTTP/1.1 by a connection's first bytes and hands it on with those bytes still to be read.
 * Costs once per connection, nothing per request. A peer that doesn't say which within `timeoutMs` is dropped.
 */
export function sniffProtocol(
  socket: Socket,
  timeoutMs: number,
  asHttp1: ConnectionHandler,
  asHttp2: ConnectionHandler,
): void {
  awaitFirstBytes(socket, timeoutMs, (read) => {
    if (!startsLikePreface(read)) {
      return (seen) => {
        asHttp1(socket);
        // Straight to the parser, while nothing else can be read: putting the bytes back costs a turn of the event loop.
        socket.emit('data', seen);
      };
    }
    if (read.length < PREFACE.length) return PREFACE.length;
    return (seen) => {
      socket.pause();
      socket.unshift(seen);
      // Not resumed: the HTTP/2 session takes what was read, then reads from the handle itself.
      asHttp2(socket);
    };
  });
}

function startsLikePreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PREFACE.length);
  return bytes.compare(PREFACE, 0, length, 0, length) === 0;
}
