import { connect, type Socket } from 'node:net';

/** Read into by all channels, one after the other. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The platform's end of a channel. What comes is read into memory that all channels share, and a `data` listener sees it
 * there: it is valid until the listener returns. A buffer for each read, and the stream's queue, would cost as much as
 * the read itself. Without a listener it is a stream like any other.
 */
export function connectChannel(path: string): Socket {
  const socket = connect({
    path,
    onread: {
      buffer: shared,
      callback: (count, buffer) => {
        const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, count);
        if (socket.listenerCount('data') > 0 && socket.readableLength === 0) socket.emit('data', bytes);
        else socket.push(Buffer.from(bytes));
        return true;
      },
    },
  });
  return socket;
}
