import type { LogLimits } from './log-limits.ts';
import type { SpareFrames } from './spare-frames.ts';
import type { WriteScheduler } from './write-scheduler.ts';

/** What all streams of one log storage share. */
export interface LogHost {
  readonly limits: LogLimits;
  readonly scheduler: WriteScheduler;
  readonly spareFrames: SpareFrames;
  /** Of all streams, not yet written. */
  bufferedBytes: number;
  /** Platform time. */
  now(): number;
  /** Reserves consecutive arrival numbers and returns the first. */
  takeArrivals(count: number): number;
  /** Events were lost because the disk refused them. */
  reportWriteError(error: unknown): void;
}
