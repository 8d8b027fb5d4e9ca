import type { Clock } from '../../model/clock.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { SamplingAnswer, SamplingQuestion, SegmentDelivery, TraceDoor } from '../../model/trace-sink.ts';
import type { Store } from '../../store/store.ts';
import { ReservoirShares } from './sampling/reservoir-shares.ts';
import { answerSampling } from './sampling/sampling-door.ts';
import { SegmentJournal } from './segments/segment-journal.ts';
import { SegmentSweep } from './segments/segment-sweep.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

interface XrayOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly roles: Pick<ServiceRoles, 'check'>;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** All that X-Ray keeps in memory and runs by itself, and what it offers to the rest of the platform. */
export class XrayRuntime implements XrayDependencies, TraceDoor {
  readonly store: Store;
  readonly clock: Clock;
  readonly journal: SegmentJournal;
  readonly shares = new ReservoirShares();
  readonly roles: Pick<ServiceRoles, 'check'>;
  readonly #sweep: SegmentSweep;

  constructor(options: XrayOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.roles = options.roles;
    this.#sweep = new SegmentSweep(options);
    this.journal = new SegmentJournal({ ...options, onKept: (bytes) => this.#sweep.kept(bytes) });
    this.#sweep.start();
  }

  put(delivery: SegmentDelivery): void {
    this.journal.put(delivery);
  }

  async sampling(question: SamplingQuestion): Promise<SamplingAnswer> {
    return await answerSampling(this, question);
  }

  /** Forgets what is not on disk; the caller empties the store. */
  reset(): void {
    this.journal.reset();
    this.shares.clear();
  }

  async stop(): Promise<void> {
    await this.journal.settled();
    await this.#sweep.stop();
  }
}
