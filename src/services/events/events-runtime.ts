import type { DeliveryQueue } from '../../delivery/delivery-queue.ts';
import type { Clock } from '../../model/clock.ts';
import type { EventBusPort } from '../../model/event-bus-port.ts';
import type { EventAcceptor } from '../../model/event-acceptor.ts';
import type { QueueSender } from '../../model/queue-ports.ts';
import type { StreamPublisher } from '../../model/stream-ports.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { TopicPublisher } from '../../model/topic-publisher.ts';
import type { Store } from '../../store/store.ts';
import { ArchiveSweep } from './archives/archive-sweep.ts';
import { SENDER } from './delivery/target-delivery.ts';
import { TargetHandler } from './delivery/target-handler.ts';
import type { EventsDependencies } from './events-dependencies.ts';
import { EventsDirectory } from './events-directory.ts';
import { PlatformEventBuses } from './event-bus-port.ts';
import { EventRouter } from './publishing/event-router.ts';
import { ReplayRunner } from './replays/replay-runner.ts';
import { RuleSchedules } from './rules/rule-schedules.ts';

interface EventsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliveries: DeliveryQueue;
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
  readonly streams: StreamPublisher;
  readonly functions: EventAcceptor;
  readonly roles: ServiceRoles;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that EventBridge keeps in memory and runs by itself, and its side of the deliveries. */
export class EventsRuntime implements EventsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory = new EventsDirectory();
  readonly router: EventRouter;
  readonly roles: ServiceRoles;
  /** For other services. */
  readonly port: EventBusPort;
  readonly #schedules: RuleSchedules;
  readonly #replays: ReplayRunner;
  readonly #sweep: ArchiveSweep;

  constructor(options: EventsOptions) {
    const { directory } = this;
    this.store = options.store;
    this.clock = options.clock;
    this.roles = options.roles;
    this.router = new EventRouter({ ...options, directory });
    this.port = new PlatformEventBuses({ ...options, directory, router: this.router });
    this.#schedules = new RuleSchedules({ ...options, directory, router: this.router });
    this.#replays = new ReplayRunner({ ...options, directory, router: this.router });
    this.#sweep = new ArchiveSweep({ ...options, directory });
    options.deliveries.register(SENDER, new TargetHandler({ ...options, directory, router: this.router }));
  }

  async open(): Promise<void> {
    await this.directory.open(this.store, () => this.#schedules.arm());
    await this.#replays.open();
  }

  start(): void {
    this.#schedules.start();
    this.#replays.start();
    this.#sweep.start();
  }

  /** Resolves when nothing writes any more. */
  async stop(): Promise<void> {
    this.#schedules.stop();
    await Promise.all([this.#replays.stop(), this.#sweep.stop()]);
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.directory.clear();
  }
}
