import type { Socket } from 'node:net';

/**
 * Stops reading from a connection at once, so that its next bytes are there for the process that it is sent to. A paused
 * stream would not do: Node.js goes on reading until a buffer is full. It has no public call for this.
 * @returns false for a connection that has ended
 */
export function stopReading(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readStop(): number } | null };
  if (socket.destroyed || handle === null) return false;
  return handle.readStop() === 0;
}
