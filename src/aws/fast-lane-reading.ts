import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { readToShared } from '../model/shared-reads.ts';

/**
 * What was read comes here before it becomes a `data` event. While nothing waits in the stream it need not become one:
 * the stream's bookkeeping costs more than the reading.
 * @param take sees it before that, where connections are read into memory they share: see `readToShared`
 */
export function readPast(
  socket: Socket,
  onRead: (chunk: Buffer) => void,
  take: (memory: Buffer, count: number) => boolean,
): void {
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const isNext = socket.readableFlowing === true && socket.readableLength === 0;
    if (!isNext || !(chunk instanceof Buffer)) return Readable.prototype.push.call(socket, chunk, encoding);
    onRead(chunk);
    return true;
  };
  readToShared(socket, take);
}
