import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { Store } from '../../store/store.ts';
import type { FifoThroughput } from './messages/fifo-throughput.ts';
import type { ContentsSweep } from './messages/contents-sweep.ts';
import type { QueueMessages } from './messages/queue-messages.ts';
import type { MessageMover } from './move-tasks/message-mover.ts';
import type { QueueDirectory } from './queues/queue-directory.ts';

/** What the operations of SQS work with. */
export interface SqsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly queues: QueueDirectory;
  readonly messages: QueueMessages;
  readonly throughput: FifoThroughput;
  readonly sweep: ContentsSweep;
  readonly mover: MessageMover;
}
