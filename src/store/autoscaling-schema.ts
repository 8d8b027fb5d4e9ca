/** A scalable target, or one of its policies or scheduled actions. */
export interface AutoscalingDefinitionTable {
  account_id: string;
  region: string;
  /** `function:<name>:<version or alias>` */
  resource_id: string;
  kind: 'target' | 'policy' | 'action';
  /** Empty for a target. */
  name: string;
  /** JSON */
  configuration: string;
}

export interface AutoscalingActivityTable {
  account_id: string;
  region: string;
  id: string;
  resource_id: string;
  started_at_ms: number;
  /** Null while it is in progress. */
  ended_at_ms: number | null;
  /** A StoredActivity, JSON. */
  details: string;
}
