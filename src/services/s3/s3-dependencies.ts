import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { ObjectFiles } from '../../store/object-files.ts';
import type { Store } from '../../store/store.ts';
import type { Contents } from './contents/contents.ts';
import type { ObjectEvents } from './object-events.ts';
import type { BucketNotifier } from './notifications/bucket-notifier.ts';
import type { Sequences } from './objects/sequences.ts';

/** What the operations of S3 work with. */
export interface S3Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf' | 'isStrict'>;
  readonly files: ObjectFiles;
  readonly contents: Contents;
  readonly sequences: Sequences;
  readonly events: ObjectEvents;
  readonly notifications: BucketNotifier;
}
