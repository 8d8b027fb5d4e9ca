export interface LogGroupTable {
  account_id: string;
  region: string;
  name: string;
  created_at_ms: number;
  retention_days: number | null;
}

export interface LogStreamTable {
  account_id: string;
  region: string;
  group_name: string;
  name: string;
  created_at_ms: number;
  /** Where the stream's event segments are, relative to the log directory. */
  directory: string;
}
