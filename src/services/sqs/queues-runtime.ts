import type { OnDeniedService } from '../../model/denied-service.ts';
import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { QueueConsumer, QueueSender } from '../../model/queue-ports.ts';
import type { Store } from '../../store/store.ts';
import { ContentsSweep } from './messages/contents-sweep.ts';
import { FifoThroughput } from './messages/fifo-throughput.ts';
import { QueueMessages } from './messages/queue-messages.ts';
import { MessageMover } from './move-tasks/message-mover.ts';
import { PlatformQueueConsumer, PlatformQueueSender } from './queue-port.ts';
import { type QueueDirectory, queueDirectory } from './queues/queue-directory.ts';
import type { SqsDependencies } from './sqs-dependencies.ts';

interface QueuesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  /** Of those that send. */
  readonly onDenied: OnDeniedService;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that SQS keeps in memory and runs by itself, and what it offers to the rest of the platform. */
export class QueuesRuntime implements SqsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly queues: QueueDirectory;
  readonly messages: QueueMessages;
  readonly throughput = new FifoThroughput();
  readonly sweep: ContentsSweep;
  readonly mover: MessageMover;
  readonly sender: QueueSender;
  readonly consumer: QueueConsumer;

  constructor(options: QueuesOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.identities = options.identities;
    this.queues = queueDirectory(options.store);
    this.messages = new QueueMessages({ ...options, queues: this.queues });
    this.sweep = new ContentsSweep(options);
    this.mover = new MessageMover({ ...options, queues: this.queues, messages: this.messages });
    this.sender = new PlatformQueueSender(this, options.onDenied);
    this.consumer = new PlatformQueueConsumer(this);
  }

  /** Takes up what an earlier run has left. */
  async start(): Promise<void> {
    this.sweep.start();
    await this.mover.start();
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.mover.reset();
    this.messages.reset();
    this.queues.clear();
  }

  /** Answers receivers that wait, and lets none wait any more. */
  dismiss(): void {
    this.messages.stop();
  }

  /** Lets what is being written end. */
  async stop(): Promise<void> {
    this.messages.stop();
    await this.mover.stop();
    await this.sweep.stop();
  }
}
