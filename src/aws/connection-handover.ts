import type { Socket } from 'node:net';

interface Handle {
  readStop(): number;
  readStart: () => number;
}

/**
 * Stops reading from a connection for good, so that its next bytes are there for the process that it is sent to. A paused
 * stream would not do: Node.js goes on reading until a buffer is full, and begins again when somebody takes what is there, or
 * had resumed the stream a moment ago. It has no public call for this.
 * @returns false for a connection that has ended
 */
export function stopReading(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle: Handle | null };
  if (socket.destroyed || handle === null) return false;
  handle.readStart = () => 0;
  return handle.readStop() === 0;
}

/** What was read of such a connection before, and nobody has taken: it would stay behind. */
export function takeRead(socket: Socket): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return Buffer.concat(chunks);
    chunks.push(chunk);
  }
}

/** Open in both directions, and everything that was written is on its way: nothing of it would stay behind. */
export function isQuiet(socket: Socket): boolean {
  return socket.writable && socket.readable && socket.writableLength === 0;
}
