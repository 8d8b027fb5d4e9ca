import type { Clock } from '../../model/clock.ts';
import type { ProvisionedStatus } from '../../model/provisioned-concurrency.ts';
import type { Store } from '../../store/store.ts';
import type { ScalableResource } from './scalable-resource.ts';

/** The provisioned concurrency that is scaled. */
export interface ScalableCapacity {
  /** Whether there is such a version or alias. */
  exists(resource: ScalableResource): Promise<boolean>;
  /** What was last asked for; 0 for none. */
  current(resource: ScalableResource): Promise<number>;
  /** How far it has got with that; undefined for none. */
  status(resource: ScalableResource): ProvisionedStatus | undefined;
  /** Throws ServiceError as the operation of the API does. 0 removes it. */
  set(resource: ScalableResource, capacity: number): Promise<void>;
  /** Share in use since this was last asked, 0 to 1; undefined when there was no traffic. */
  takeUtilization(resource: ScalableResource): number | undefined;
}

/** What the operations of Application Auto Scaling work with. */
export interface AutoscalingDependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  readonly capacity: ScalableCapacity;
  readonly onError: (error: unknown) => void;
}
