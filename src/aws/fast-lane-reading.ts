import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

/**
 * What was read comes here before it becomes a `data` event. While nothing waits in the stream it need not become one:
 * the stream's bookkeeping costs more than the reading.
 */
export function pushPast(socket: Socket, onRead: (chunk: Buffer) => void): Socket['push'] {
  return (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const isNext = socket.readableFlowing === true && socket.readableLength === 0;
    if (!isNext || !(chunk instanceof Buffer)) return Readable.prototype.push.call(socket, chunk, encoding);
    onRead(chunk);
    return true;
  };
}
