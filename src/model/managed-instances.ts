/** How many environments a version on managed instances has, as PutFunctionScalingConfig has asked for. */
export interface EnvironmentScaling {
  /** Kept initialised, whether anybody uses them or not. By default none. */
  readonly minEnvironments?: number;
  /** By default as many as those who wait can fill. */
  readonly maxEnvironments?: number;
}

/** How a function runs on a managed instance. */
export interface StoredManagedInstances {
  /** Invocations that one environment takes at once. */
  readonly maxConcurrency: number;
  /** Of an environment's memory, for each of its vCPUs. By default 2. */
  readonly memoryGiBPerVcpu?: number;
  /** Of published versions. */
  readonly scaling?: EnvironmentScaling;
}

const DEFAULT_GIB_PER_VCPU = 2;

export function memoryMbPerVcpu({
  memoryGiBPerVcpu,
}: Pick<StoredManagedInstances, 'memoryGiBPerVcpu'>): number {
  return Math.ceil((memoryGiBPerVcpu ?? DEFAULT_GIB_PER_VCPU) * 1024);
}

/** The state of a function that could run: one that may have no environments at all is deactivated. */
export function stateOnceReady(managed: StoredManagedInstances | undefined): 'Active' | 'Deactivated' {
  return managed?.scaling?.maxEnvironments === 0 ? 'Deactivated' : 'Active';
}
