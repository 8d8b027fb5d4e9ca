/** An event as targets see it. */
export interface PlatformEvent {
  readonly version: '0';
  /** UUID */
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  /** Of an event that was put again from an archive: such events are not archived again. */
  readonly 'replay-name'?: string;
}

/** Milliseconds since the Unix epoch as an event has it. */
export function eventTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
