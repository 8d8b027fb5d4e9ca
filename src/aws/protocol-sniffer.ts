import type { Socket } from 'node:net';

type ConnectionHandler = (socket: Socket) => void;

/** HTTP/2's preface is `PRI * HTTP/2.0`; no HTTP/1.1 method starts like it. */
const PREFACE = Buffer.from('PRI');

/**
 * Tells HTTP/2 without TLS from HTTP/1.1 by a connection's first bytes and hands it on with those bytes still to be read.
 * Costs once per connection, nothing per request. A peer that says nothing for `timeoutMs` is dropped.
 */
export function sniffProtocol(
  socket: Socket,
  timeoutMs: number,
  asHttp1: ConnectionHandler,
  asHttp2: ConnectionHandler,
): void {
  let seen: Buffer | undefined;
  const drop = (): void => {
    socket.destroy();
  };
  const onData = (bytes: Buffer): void => {
    seen = seen === undefined ? bytes : Buffer.concat([seen, bytes]);
    const isHttp2 = startsLikePreface(seen);
    if (isHttp2 && seen.length < PREFACE.length) return;
    socket.off('data', onData);
    socket.off('end', drop);
    socket.setTimeout(0, drop);
    if (isHttp2) {
      socket.pause();
      socket.unshift(seen);
      // Not resumed: the HTTP/2 session takes what was read, then reads from the handle itself.
      asHttp2(socket);
    } else {
      asHttp1(socket);
      // Straight to the parser, while nothing else can be read: putting the bytes back costs a turn of the event loop.
      socket.emit('data', seen);
    }
  };
  // Stays: a reset between two handlers must not be an uncaught error.
  socket.on('error', ignore);
  socket.on('data', onData);
  socket.on('end', drop);
  socket.setTimeout(timeoutMs, drop);
}

function startsLikePreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PREFACE.length);
  return bytes.compare(PREFACE, 0, length, 0, length) === 0;
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
