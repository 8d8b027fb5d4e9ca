import type { BatchResult } from '../batch-result.ts';

interface Message {
  readonly id: string;
  /** Only of FIFO queues. */
  readonly groupId: string | undefined;
}

/**
 * Which messages are done with and leave the queue. Of a FIFO queue's group none goes that stands behind one that
 * failed: it comes again after that, in its order.
 */
export function doneMessages<M extends Message>(messages: readonly M[], result: BatchResult): readonly M[] {
  if (result.kind === 'complete') return messages;
  if (result.kind === 'failed') return [];
  const stopped = new Set<string>();
  return messages.filter(({ id, groupId }) => {
    const isFailed = result.failed.has(id) || (groupId !== undefined && stopped.has(groupId));
    if (isFailed && groupId !== undefined) stopped.add(groupId);
    return !isFailed;
  });
}

/** However tight the queue's timeout is, a batch that comes straight from the queue may run. */
const LEAST_HOLD_MS = 1_000;

/**
 * Until when a batch may begin: the function must have its whole timeout before the messages appear to others.
 * @param takenAtMs when the batch was gathered
 */
export function beginsUntilMs(
  messages: readonly { readonly hiddenUntilMs: number }[],
  takenAtMs: number,
  functionTimeoutMs: number,
): number {
  const hiddenUntilMs = Math.min(...messages.map((message) => message.hiddenUntilMs));
  return Math.max(takenAtMs + LEAST_HOLD_MS, hiddenUntilMs - functionTimeoutMs);
}
