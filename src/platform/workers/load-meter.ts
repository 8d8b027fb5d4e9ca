import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { FastLane, LaneCount } from '../../aws/fast-lane.ts';
import type { Load } from './worker-messages.ts';

export interface Reading {
  readonly load: Load;
  /** Connections that had plain invokes. */
  readonly active: LaneCount['connections'];
}

/** How busy this process is, from one look to the next. */
export class LoadMeter {
  readonly #lane: Pick<FastLane, 'count'>;
  #readAtMs = performance.now();
  #before: EventLoopUtilization = performance.eventLoopUtilization();
  #active: LaneCount['connections'] = [];

  constructor(lane: Pick<FastLane, 'count'>) {
    this.#lane = lane;
  }

  /** As the last reading had them. */
  get active(): LaneCount['connections'] {
    return this.#active;
  }

  read(): Reading {
    const nowMs = performance.now();
    const seconds = Math.max(1, nowMs - this.#readAtMs) / 1000;
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    const { requests, connections } = this.#lane.count();
    this.#readAtMs = nowMs;
    this.#before = now;
    this.#active = connections;
    return {
      load: { utilization, perSecond: requests / seconds, connections: connections.length },
      active: connections,
    };
  }
}
