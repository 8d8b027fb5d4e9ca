import type { DeliveryQueue } from '../../delivery/delivery-queue.ts';
import type { OnDeniedService } from '../../model/denied-service.ts';
import type { EventAcceptor } from '../../model/event-acceptor.ts';
import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { QueueSender } from '../../model/queue-ports.ts';
import type { Store } from '../../store/store.ts';
import { SENDER } from './delivery/notification.ts';
import { NotificationHandler } from './delivery/notification-handler.ts';
import { NotificationSigner } from './delivery/signer.ts';
import type { SnsDependencies } from './sns-dependencies.ts';
import { SnsDirectory } from './sns-directory.ts';
import { PlatformTopicPublisher } from './topic-port.ts';
import type { TopicPublisher } from '../../model/topic-publisher.ts';

interface TopicsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly deliveries: DeliveryQueue;
  readonly queues: QueueSender;
  readonly functions: EventAcceptor;
  /** Where the key is kept that signs notifications. */
  readonly keyFile: string;
  /** Where clients reach the platform. */
  readonly origin: () => string;
  /** Of those that publish. */
  readonly onDenied: OnDeniedService;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that SNS keeps in memory, and its side of the deliveries. */
export class TopicsRuntime implements SnsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly deliveries: DeliveryQueue;
  readonly directory = new SnsDirectory();
  readonly signer: NotificationSigner;
  readonly publisher: TopicPublisher;

  constructor(options: TopicsOptions) {
    const { directory } = this;
    this.store = options.store;
    this.clock = options.clock;
    this.identities = options.identities;
    this.deliveries = options.deliveries;
    this.publisher = new PlatformTopicPublisher(this, options);
    this.signer = new NotificationSigner(options.keyFile);
    this.deliveries.register(SENDER, new NotificationHandler({ ...options, directory, signer: this.signer }));
  }

  async open(): Promise<void> {
    await this.directory.open(this.store);
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.directory.clear();
  }
}
