import type { Clock } from '../../model/clock.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { Store } from '../../store/store.ts';

/** What the operations of EventBridge Scheduler work with. */
export interface SchedulerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly roles: ServiceRoles;
}
