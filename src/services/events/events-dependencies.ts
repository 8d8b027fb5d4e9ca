import type { Clock } from '../../model/clock.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { Store } from '../../store/store.ts';
import type { EventsDirectory } from './events-directory.ts';
import type { EventRouter } from './publishing/event-router.ts';

/** What the operations of EventBridge work with. */
export interface EventsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly router: EventRouter;
  readonly roles: ServiceRoles;
}
