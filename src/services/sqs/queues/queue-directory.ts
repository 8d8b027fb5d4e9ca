import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { queueArn, type QueueName } from './queue-name.ts';
import { findQueue } from './queue-rows.ts';
import type { StoredQueue } from './stored-queue.ts';

/** Other platforms' changes to a queue are seen after so long; AWS takes up to a minute. */
const SEEN_AFTER_MS = 1_000;

interface Known {
  readonly queue: StoredQueue;
  /** Machine time, from `performance.now()`. */
  readonly readAtMs: number;
}

/**
 * Queues in memory, so that no message asks the database for its queue. The change feed brings what this platform
 * changes before the change is acknowledged; what others change in a shared database is read again now and then.
 */
export class QueueDirectory {
  readonly #store: Store;
  readonly #known = new Map<string, Known>();
  /** Tells a read that a change overtook it. */
  #changes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.changes.subscribe('sqs-queue', (change) => this.#apply(change));
  }

  async find(name: QueueName): Promise<StoredQueue | undefined> {
    const arn = queueArn(name);
    const known = this.#known.get(arn);
    if (known !== undefined && this.#isFresh(known)) return known.queue;
    return await this.#read(arn, name);
  }

  /** The next one who asks for the queue gets it from the database. */
  forget(name: QueueName): void {
    this.#known.delete(queueArn(name));
  }

  clear(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  async #read(arn: string, name: QueueName): Promise<StoredQueue | undefined> {
    const changesBefore = this.#changes;
    const readAtMs = performance.now();
    const queue = await findQueue(this.#store.db, name);
    if (changesBefore !== this.#changes) return this.#known.get(arn)?.queue ?? queue;
    if (queue === undefined) this.#known.delete(arn);
    else this.#known.set(arn, { queue, readAtMs });
    return queue;
  }

  #isFresh({ readAtMs }: Known): boolean {
    return this.#store.engine === 'sqlite' || performance.now() - readAtMs < SEEN_AFTER_MS;
  }

  #apply({ key, value }: Change): void {
    this.#changes += 1;
    if (value === undefined) this.#known.delete(key);
    else this.#known.set(key, { queue: value as StoredQueue, readAtMs: performance.now() });
  }
}
