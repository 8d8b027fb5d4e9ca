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
  /** Streams that nobody uses any more and that are ready all the same, beside as many as are in use. */
  readonly idleStreams: number;
  /** Of what is known of streams that nobody uses: beyond this, they are looked up on disk again. About 200 for each. */
  readonly rememberedBytes: number;
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
  idleStreams: 128,
  rememberedBytes: 4 * 1024 * 1024,
};
