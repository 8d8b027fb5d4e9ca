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
  /** Of published versions. */
  readonly scaling?: EnvironmentScaling;
}
