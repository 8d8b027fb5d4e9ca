import type { EventEmitter } from 'node:events';

/** Resolves when it is closed, even by a reset, at which `once` of node:events rejects. To be called while it is open. */
export async function closed(connection: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => connection.once('close', () => resolve()));
}
