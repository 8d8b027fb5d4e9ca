/** One log event as it is kept. */
export interface StoredLogEvent {
  /** When it happened, milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** When it was taken in, milliseconds since the Unix epoch. */
  readonly ingestionTimeMs: number;
  /** Unique in the installation and growing with the order in which events become visible to readers. */
  readonly arrival: number;
  readonly message: string;
}

/**
 * A place in the order of events: before the first event whose (timestamp, arrival) is not smaller. Ordering by
 * arrival within one millisecond means that what is appended after a read always sorts after what the read showed.
 */
export interface LogPosition {
  readonly timestampMs: number;
  readonly arrival: number;
}

export const START_POSITION: LogPosition = { timestampMs: 0, arrival: 0 };
export const END_POSITION: LogPosition = { timestampMs: Number.MAX_SAFE_INTEGER, arrival: 0 };

/** Negative when `a` comes first. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  return a.timestampMs - b.timestampMs || a.arrival - b.arrival;
}

/** The place right behind an event. */
export function positionAfter(event: LogPosition): LogPosition {
  return { timestampMs: event.timestampMs, arrival: event.arrival + 1 };
}
