import type { EdgeStatistics, HistogramEntry } from '@aws-sdk/client-xray';
import type { Segment } from '../segments/segment-document.ts';
import { rounded } from './trace-summary.ts';
import { durationOf, endOf } from './whole-trace.ts';

/** Calls, added up. */
export class GraphStatistics {
  #ok = 0;
  #throttles = 0;
  #errors = 0;
  #faults = 0;
  #seconds = 0;
  #startTime = Number.POSITIVE_INFINITY;
  #endTime = 0;
  readonly #durations = new Map<number, number>();

  add(segment: Segment): void {
    const { fault = false, error = false, throttle = false, start_time: start } = segment;
    if (fault) this.#faults += 1;
    else if (throttle) this.#throttles += 1;
    else if (error) this.#errors += 1;
    else this.#ok += 1;
    const seconds = durationOf(segment);
    this.#seconds += seconds;
    this.#startTime = Math.min(this.#startTime, start);
    this.#endTime = Math.max(this.#endTime, endOf(segment));
    const value = rounded(seconds);
    this.#durations.set(value, (this.#durations.get(value) ?? 0) + 1);
  }

  get startTime(): Date {
    return new Date(this.#startTime * 1000);
  }

  get endTime(): Date {
    return new Date(this.#endTime * 1000);
  }

  summary(): EdgeStatistics {
    const errors = this.#errors + this.#throttles;
    return {
      OkCount: this.#ok,
      ErrorStatistics: { ThrottleCount: this.#throttles, OtherCount: this.#errors, TotalCount: errors },
      FaultStatistics: { OtherCount: this.#faults, TotalCount: this.#faults },
      TotalCount: this.#ok + errors + this.#faults,
      TotalResponseTime: rounded(this.#seconds),
    };
  }

  /** Shortest first. */
  histogram(): HistogramEntry[] {
    return [...this.#durations].toSorted(([a], [b]) => a - b).map(([Value, Count]) => ({ Value, Count }));
  }
}
