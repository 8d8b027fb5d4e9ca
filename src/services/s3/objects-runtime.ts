import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { ObjectReader, ObjectWriter } from '../../model/object-ports.ts';
import { ObjectFiles } from '../../store/object-files.ts';
import type { Store } from '../../store/store.ts';
import type { Tx } from './buckets/bucket-rows.ts';
import { discardEverything } from './contents/content-rows.ts';
import { Contents } from './contents/contents.ts';
import type { DeliveryQueue } from '../../delivery/delivery-queue.ts';
import { BucketNotifier, SENDER } from './notifications/bucket-notifier.ts';
import { NoticeHandler } from './notifications/notice-handler.ts';
import { LifecycleRunner } from './lifecycle/lifecycle-runner.ts';
import type { NotificationTargets } from './notifications/notification-targets.ts';
import { BucketPages } from './cors/bucket-pages.ts';
import type { ObjectEvents } from './object-events.ts';
import { PlatformObjectReader, PlatformObjectWriter } from './object-port.ts';
import { Sequences } from './objects/sequences.ts';
import type { S3Dependencies } from './s3-dependencies.ts';

interface ObjectsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf' | 'isStrict'>;
  /** Where the bytes are. */
  readonly directory: string;
  /** Sync them to disk. */
  readonly durable: boolean;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  readonly deliveries: DeliveryQueue;
  /** Whom buckets can tell of their objects. */
  readonly targets: NotificationTargets;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that S3 keeps in memory and runs by itself, and what it offers to the rest of the platform. */
export class ObjectsRuntime implements S3Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf' | 'isStrict'>;
  readonly files: ObjectFiles;
  readonly contents: Contents;
  readonly sequences = new Sequences();
  readonly notifications: BucketNotifier;
  readonly events: ObjectEvents;
  readonly pages: BucketPages;
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  readonly #lifecycle: LifecycleRunner;

  constructor(options: ObjectsOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.identities = options.identities;
    this.files = new ObjectFiles({ ...options, onWarning: options.onNotice });
    this.contents = new Contents({
      store: options.store,
      files: this.files,
      onError: (error) =>
        options.onNotice(`Files of deleted objects stay until the next start: ${String(error)}`),
    });
    const { deliveries, targets } = options;
    this.notifications = new BucketNotifier(deliveries, targets);
    this.events = this.notifications;
    this.pages = new BucketPages(options.store);
    deliveries.register(SENDER, new NoticeHandler({ ...options, ...targets }));
    this.#lifecycle = new LifecycleRunner(this, options.onNotice);
    this.reader = new PlatformObjectReader(this);
    this.writer = new PlatformObjectWriter(this);
  }

  /** Clears away what an earlier run has left. */
  async start(): Promise<void> {
    await this.contents.start();
    this.#lifecycle.start();
  }

  /** For who empties the store: puts on record that every file has to go that a row names. */
  async discardAll(tx: Tx): Promise<void> {
    await discardEverything(tx);
  }

  /** Resolves when what is on record is gone from the disk. */
  async clearAway(): Promise<void> {
    await this.contents.clearAway();
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop();
    await this.contents.stop();
  }
}
