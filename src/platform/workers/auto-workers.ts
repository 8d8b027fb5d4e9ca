import type { FastLane } from '../../aws/fast-lane.ts';
import type { PlatformLog } from '../../telemetry/platform-log.ts';
import { Growth, type GrowthLimits, isShortOfTime, type Step } from './growth.ts';
import { LoadMeter, type Reading } from './load-meter.ts';
import type { Workers } from './workers.ts';

const LOOK_MS = 1000;
/** So busy, it is worth counting what keeps the main process so. */
const WARM = 0.6;

export interface AutoWorkersParts {
  readonly workers: Workers;
  readonly limits: GrowthLimits;
  readonly log: PlatformLog;
}

/** Starts workers when the main process is short of time, gives them its connections, and ends them when they are idle. */
export class AutoWorkers {
  readonly #parts: AutoWorkersParts;
  readonly #growth: Growth;
  readonly #lane: FastLane;
  readonly #meter: LoadMeter;
  readonly #looking: NodeJS.Timeout;

  /** @param lane of the main process */
  constructor(parts: AutoWorkersParts, lane: FastLane) {
    this.#parts = parts;
    this.#growth = new Growth(parts.limits);
    this.#lane = lane;
    this.#meter = new LoadMeter(lane);
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const { workers } = this.#parts;
    const reading = this.#meter.read();
    const { load } = reading;
    this.#lane.watch(workers.wanted > 0 || load.utilization >= WARM);
    if (workers.isPrepared) this.#decide(reading);
    else if (isShortOfTime(load)) this.#prepare();
    if (workers.wanted === 0) return;
    this.#lane.release(reading.active.slice(0, workers.room(reading.active.length)));
    workers.level();
  }

  #decide({ load }: Reading): void {
    const { workers } = this.#parts;
    const before = workers.wanted;
    const step = this.#growth.look({ nowMs: performance.now(), main: load, workers: workers.loads });
    if (step === undefined) return;
    this.#tell(step, before);
    workers.resize(step.count);
  }

  #tell({ count, why }: Step, before: number): void {
    const { log, limits } = this.#parts;
    const change = count > before ? `${count - before} started` : `${before - count} ended`;
    log.info(`Workers: ${change}, so that there are ${count} of at most ${limits.most}: ${why}.`);
  }

  /** Those that are started in a few seconds, if it goes on like this, have to be told all about functions. */
  #prepare(): void {
    const { workers, log } = this.#parts;
    workers.prepare().catch((error: unknown) => log.warn(`No workers can be started: ${String(error)}`));
  }
}
