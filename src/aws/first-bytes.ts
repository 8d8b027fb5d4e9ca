import type { Socket } from 'node:net';

/** What becomes of a connection, with all that was read of it. */
export type Begin = (read: Buffer) => void;

/**
 * Reads a connection's first bytes until they say what becomes of it. Who ends his side before, or takes longer, is dropped.
 * @param decide asked as soon as there are so many bytes as it asked for before; says how many it needs, or what to do
 */
export function awaitFirstBytes(
  socket: Socket,
  withinMs: number,
  decide: (read: Buffer) => Begin | number,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let needed = 0;
  const drop = (): void => {
    socket.destroy();
  };
  // For all of them: one by one they could be sent for ever.
  const timer = setTimeout(drop, withinMs);
  const done = (): void => {
    clearTimeout(timer);
    socket.off('data', onData);
    socket.off('end', drop);
    socket.off('close', done);
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < needed) return;
    const read = chunks.length === 1 ? chunk : Buffer.concat(chunks, bytes);
    const decided = decide(read);
    if (typeof decided === 'number') {
      needed = decided;
      chunks.splice(0, chunks.length, read);
      return;
    }
    done();
    decided(read);
  };
  // Stays: a reset between two handlers must not be an uncaught error.
  socket.on('error', ignore);
  socket.on('data', onData);
  socket.on('end', drop);
  socket.on('close', done);
}

function ignore(): void {
  // The socket is destroyed by the error itself.
}
