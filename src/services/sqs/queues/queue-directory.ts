import { RowDirectory } from '../../../store/row-directory.ts';
import type { Store } from '../../../store/store.ts';
import { queueArn, type QueueName } from './queue-name.ts';
import { findQueue } from './queue-rows.ts';
import type { StoredQueue } from './stored-queue.ts';

/** Queues, so that no message asks the database for its own. On AWS changes are seen after up to a minute. */
export type QueueDirectory = RowDirectory<QueueName, StoredQueue>;

export function queueDirectory(store: Store): QueueDirectory {
  return new RowDirectory({ store, kind: 'sqs-queue', keyOf: queueArn, find: findQueue });
}
