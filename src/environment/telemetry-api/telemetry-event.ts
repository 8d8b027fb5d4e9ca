/** What an extension can subscribe to. */
export type TelemetryStream = 'platform' | 'function' | 'extension';

/** Something that happened in an environment, before it is put into the words of a subscriber's schema. */
export interface TelemetryEvent {
  /** Platform time, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly stream: TelemetryStream;
  /** e.g. `platform.start`; of the log streams their own name. */
  readonly type: string;
  /** One log line without its line feed, or what a platform event tells. */
  readonly record: string | Readonly<Record<string, unknown>>;
}

/** Events that did not reach a subscriber, and why. */
export interface DroppedTelemetry {
  readonly reason: string;
  readonly droppedRecords: number;
  readonly droppedBytes: number;
}

/** What the log says about a subscription. */
export interface SubscriptionFacts {
  readonly api: TelemetryApi;
  /** Of the extension. */
  readonly name: string;
  readonly types: readonly TelemetryStream[];
}

/** The Logs API is the older one; extensions use either. */
export type TelemetryApi = 'Telemetry' | 'Logs';
