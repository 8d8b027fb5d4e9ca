export interface SchedulerGroupTable {
  account_id: string;
  region: string;
  name: string;
  /** A StoredGroup, JSON. */
  definition: string;
}

export interface SchedulerScheduleTable {
  account_id: string;
  region: string;
  group_name: string;
  name: string;
  /** A StoredSchedule, JSON. */
  definition: string;
  /** When it is due next; null: not again, or not while it is disabled. */
  next_at_ms: number | null;
}
