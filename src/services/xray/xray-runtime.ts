import type { Clock } from '../../model/clock.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { TraceSink } from '../../model/trace-sink.ts';
import type { Store } from '../../store/store.ts';
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
export class XrayRuntime implements XrayDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly journal: SegmentJournal;
  readonly #sweep: SegmentSweep;

  constructor(options: XrayOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.#sweep = new SegmentSweep(options);
    this.journal = new SegmentJournal({ ...options, onKept: (bytes) => this.#sweep.kept(bytes) });
    this.#sweep.start();
  }

  /** Where functions' segments go. */
  get sink(): TraceSink {
    return this.journal;
  }

  /** Forgets what is not on disk; the caller empties the store. */
  reset(): void {
    this.journal.reset();
  }

  async stop(): Promise<void> {
    await this.journal.settled();
    await this.#sweep.stop();
  }
}
