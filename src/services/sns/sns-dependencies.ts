import type { DeliveryQueue } from '../../delivery/delivery-queue.ts';
import type { Clock } from '../../model/clock.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { Store } from '../../store/store.ts';
import type { SnsDirectory } from './sns-directory.ts';

/** What the operations of SNS work with. */
export interface SnsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly identities: Pick<CallerPolicies, 'policiesOf'>;
  readonly directory: SnsDirectory;
  readonly deliveries: DeliveryQueue;
}
