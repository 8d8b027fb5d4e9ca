import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';
import type { ReservoirShares } from './sampling/reservoir-shares.ts';
import type { SegmentJournal } from './segments/segment-journal.ts';

export interface XrayDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly journal: SegmentJournal;
  readonly shares: ReservoirShares;
}
