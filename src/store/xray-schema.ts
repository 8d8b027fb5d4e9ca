export interface XrayTables {
  xray_segments: XraySegmentTable;
  xray_sampling_rules: XraySamplingRuleTable;
}

/** Segments, and subsegments that were sent by themselves. */
export interface XraySegmentTable {
  account_id: string;
  region: string;
  /** `1-<8 hex>-<24 hex>` */
  trace_id: string;
  id: string;
  /** 1: Lambda's own, which nobody else's of the same id replaces. */
  is_lambdas: number;
  /** What the trace's id says. */
  trace_start_ms: number;
  received_at_ms: number;
  /** When the segment ended; of one in progress, when it began. */
  ended_at_ms: number;
  bytes: number;
  /** JSON, as it was sent. */
  document: string;
}

export interface XraySamplingRuleTable {
  account_id: string;
  region: string;
  name: string;
  created_at_ms: number;
  modified_at_ms: number;
  /** JSON */
  rule: string;
}
