import type { Clock } from '../../model/clock.ts';
import type { LogSegments } from '../../store/log-segments/log-segments.ts';
import type { Store } from '../../store/store.ts';

/** What the operations of CloudWatch Logs work with. */
export interface LogsDependencies {
  /** Groups, streams and tags. */
  readonly store: Store;
  /** The events. */
  readonly segments: LogSegments;
  readonly clock: Clock;
}
