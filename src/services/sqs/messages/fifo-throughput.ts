import type { StoredQueue } from '../queues/stored-queue.ts';
import { requestThrottled } from '../sqs-errors.ts';

/** SQS's own quota for FIFO queues, without a Region's raised ones. A batch is one call. */
const CALLS_PER_SECOND = 300;

type Action = 'SendMessage' | 'ReceiveMessage' | 'DeleteMessage' | 'ChangeMessageVisibility';

/**
 * Calls of each kind that a FIFO queue takes in a second. With FifoThroughputLimit perMessageGroupId each message group
 * has the quota for itself, and calls that name no group have none. Counted in the machine's time: that is the one in
 * which clients call, wherever platform time stands.
 */
export class FifoThroughput {
  readonly #now: () => number;
  #second = 0;
  #calls = new Map<string, number>();

  /** @param now machine time, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param groups that the call sends to. @throws RequestThrottled */
  take(queue: StoredQueue, action: Action, groups: readonly (string | undefined)[] = []): void {
    if (!queue.isFifo) return;
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#calls = new Map();
    }
    const isPerGroup = queue.attributes['FifoThroughputLimit'] === 'perMessageGroupId';
    const scopes = isPerGroup ? [...new Set(groups)] : [''];
    const keys = scopes.map((scope) => `${queue.id} ${action} ${scope}`);
    if (keys.some((key) => (this.#calls.get(key) ?? 0) >= CALLS_PER_SECOND)) throw requestThrottled();
    for (const key of keys) this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
  }
}
