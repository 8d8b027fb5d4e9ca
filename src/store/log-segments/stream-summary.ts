import type { SegmentInfo } from './segment-info.ts';

/** Numbers about what one stream holds. */
export interface StreamSummary {
  readonly count: number;
  /** Of the messages, UTF-8. */
  readonly messageBytes: number;
  /** Undefined, like the next two, when the stream has no events. */
  readonly firstTimestampMs: number | undefined;
  readonly lastTimestampMs: number | undefined;
  readonly lastIngestionMs: number | undefined;
}

export function summarise(all: readonly SegmentInfo[]): StreamSummary {
  const segments = all.filter((segment) => segment.count > 0);
  const none = segments.length === 0;
  return {
    count: segments.reduce((sum, segment) => sum + segment.count, 0),
    messageBytes: segments.reduce((sum, segment) => sum + segment.messageBytes, 0),
    firstTimestampMs: none ? undefined : Math.min(...segments.map((segment) => segment.minTimestampMs)),
    lastTimestampMs: none ? undefined : Math.max(...segments.map((segment) => segment.maxTimestampMs)),
    lastIngestionMs: none ? undefined : Math.max(...segments.map((segment) => segment.lastIngestionMs)),
  };
}
