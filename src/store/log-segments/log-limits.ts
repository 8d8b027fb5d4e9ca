/** How much the log storage keeps, where. All sizes in bytes. */
export interface LogLimits {
  /** Buffered events are on their way to the disk after at most this time. */
  readonly flushIntervalMs: number;
  /** A stream with this much buffered is written at once. */
  readonly batchBytes: number;
  /** Events beyond this much unwritten of one stream are dropped and counted. */
  readonly streamBufferBytes: number;
  /** The same for all streams together. */
  readonly totalBufferBytes: number;
  /** Beyond these two, for the platform's own events. */
  readonly reserveBytes: number;
  /** A segment file of this size is sealed and a new one begun. */
  readonly segmentBytes: number;
  /** Beyond this size a stream loses its oldest segments. */
  readonly streamBytes: number;
  /** Segment files kept open for writing. */
  readonly openFiles: number;
  /** Streams written at the same time. */
  readonly concurrentWrites: number;
  /** Streams known in memory beyond which idle ones are forgotten, to be looked up on disk again. */
  readonly rememberedStreams: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = {
  flushIntervalMs: 100,
  batchBytes: 64 * 1024,
  streamBufferBytes: 4 * 1024 * 1024,
  totalBufferBytes: 64 * 1024 * 1024,
  reserveBytes: 64 * 1024,
  segmentBytes: 4 * 1024 * 1024,
  streamBytes: 64 * 1024 * 1024,
  openFiles: 64,
  concurrentWrites: 4,
  rememberedStreams: 20_000,
};
