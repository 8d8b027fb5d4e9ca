import { residentByGroup } from './group-memory-ps.ts';
import { ResidentMemory, residentOfDescendants } from './process-memory.ts';

/** Often enough that a hog is caught within a few tens of megabytes; 2 µs for each process that runs code. */
const SAMPLE_EVERY_MS = 25;
const PS_EVERY_MS = 250;
/** Looking for descendants is dearer, a file for each thread: on every fourth sample where there were any, else rarer. */
const DESCENDANTS_EVERY = 4;
const FIRST_DESCENDANTS_EVERY = 16;
const PEAK_MAX_AGE_MS = 250;

/** What uses memory. */
export interface Watched {
  /** Looks at it now. @param tick how many samples there were before, of everything that is watched */
  sample(tick: number): void;
  /** Looks at what others found: without /proc, all process groups are asked for at once. */
  observe(residentBytes: number): void;
  close(): void;
  readonly pid: number;
}

/** Kills process groups that go over their memory limit. Samples only those that are active, and only while any is. */
export class MemoryWatchdog {
  readonly #active = new Set<Watched>();
  readonly #hasProc: boolean;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#hasProc = platform === 'linux';
  }

  /** @param togetherBytes resident memory of all groups that share the limit; the group alone by default */
  watch(pid: number, limitBytes: number, onExceeded: () => void, togetherBytes?: () => number): WatchedGroup {
    return new WatchedGroup(pid, limitBytes, onExceeded, this.#hasProc, togetherBytes);
  }

  setActive(group: Watched, active: boolean): void {
    if (!active) {
      this.#active.delete(group);
      return;
    }
    this.#active.add(group);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#tick(), this.#hasProc ? SAMPLE_EVERY_MS : PS_EVERY_MS);
    this.#timer.unref();
  }

  forget(group: Watched): void {
    this.#active.delete(group);
    group.close();
  }

  #tick(): void {
    if (this.#active.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#ticks += 1;
    if (this.#hasProc) this.#sampleProc();
    else void this.#samplePs();
  }

  #sampleProc(): void {
    for (const group of this.#active) group.sample(this.#ticks);
  }

  async #samplePs(): Promise<void> {
    const resident = await residentByGroup();
    for (const group of this.#active) group.observe(resident.get(group.pid) ?? 0);
  }
}

/** One process group under watch. */
export class WatchedGroup implements Watched {
  readonly pid: number;
  limitBytes: number;
  readonly #onExceeded: () => void;
  readonly #memory: ResidentMemory | undefined;
  readonly #togetherBytes: () => number;
  #currentBytes = 0;
  #descendantBytes = 0;
  #peakBytes = 0;
  #peakReadAt = Number.NEGATIVE_INFINITY;

  constructor(
    pid: number,
    limitBytes: number,
    onExceeded: () => void,
    hasProc: boolean,
    togetherBytes = (): number => this.#currentBytes,
  ) {
    this.pid = pid;
    this.limitBytes = limitBytes;
    this.#onExceeded = onExceeded;
    this.#togetherBytes = togetherBytes;
    this.#memory = hasProc ? new ResidentMemory(pid) : undefined;
  }

  /** Resident memory when it was last looked at, bytes. */
  get currentBytes(): number {
    return this.#currentBytes;
  }

  /** Highest resident memory seen, bytes. The kernel's own high-water mark is asked at most four times a second. */
  peakBytes(): number {
    const now = performance.now();
    if (this.#memory !== undefined && now - this.#peakReadAt > PEAK_MAX_AGE_MS) {
      this.#peakReadAt = now;
      this.#peakBytes = Math.max(this.#peakBytes, this.#memory.peak());
    }
    return this.#peakBytes;
  }

  sample(tick: number): void {
    const every = this.#descendantBytes > 0 ? DESCENDANTS_EVERY : FIRST_DESCENDANTS_EVERY;
    if (tick % every === 0) this.#descendantBytes = residentOfDescendants(this.pid);
    this.observe((this.#memory?.current() ?? 0) + this.#descendantBytes);
  }

  observe(residentBytes: number): void {
    this.#currentBytes = residentBytes;
    if (residentBytes > this.#peakBytes) this.#peakBytes = residentBytes;
    if (this.#togetherBytes() > this.limitBytes) this.#onExceeded();
  }

  close(): void {
    this.#memory?.close();
  }
}
