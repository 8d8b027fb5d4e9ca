/** What is stored of application auto scaling, as JSON. All times are platform time, milliseconds since the Unix epoch. */

/** A version or alias whose provisioned concurrency is scaled. */
export interface StoredTarget {
  /** Last part of its ARN. */
  readonly id: string;
  readonly min: number;
  readonly max: number;
  readonly suspended: Suspensions;
  readonly createdAtMs: number;
}

export interface Suspensions {
  readonly scaleIn: boolean;
  readonly scaleOut: boolean;
  readonly scheduled: boolean;
}

/** Keeps the utilization of what is provisioned at a target. */
export interface StoredPolicy {
  readonly id: string;
  /** 0.1 to 0.9 */
  readonly targetValue: number;
  readonly scaleOutCooldownS: number | undefined;
  readonly scaleInCooldownS: number | undefined;
  readonly disableScaleIn: boolean | undefined;
  readonly createdAtMs: number;
}

/** Sets a target's bounds at times that a schedule says. */
export interface StoredAction {
  readonly id: string;
  /** For which `parseSchedule` holds. */
  readonly schedule: string;
  readonly timeZone: string | undefined;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly createdAtMs: number;
  /** Times up to this one are done with: the last run, or when it was last put. */
  readonly doneUntilMs: number;
  /** The platform that is at it, and until when others leave it to that one. */
  readonly taken?: { readonly by: string; readonly untilMs: number };
}

/** A change of capacity, or of a target's bounds. */
export interface StoredActivity {
  readonly id: string;
  readonly resourceId: string;
  readonly description: string;
  readonly cause: string;
  readonly startMs: number;
  /** Undefined while it goes on, and of what takes no time. */
  readonly endMs: number | undefined;
  readonly status: 'InProgress' | 'Successful' | 'Failed';
  readonly statusMessage: string;
  /** Undefined: it failed before anything changed, or changed bounds only. */
  readonly capacity: number | undefined;
}
