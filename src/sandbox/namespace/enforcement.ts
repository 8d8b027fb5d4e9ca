import type { Cgroups } from '../cgroup/cgroups.ts';
import type { SandboxGroup } from '../cgroup/sandbox-group.ts';
import type { MemoryWatchdog, WatchedGroup } from '../process/memory-watchdog.ts';
import { descendant, ResidentMemory } from '../process/process-memory.ts';
import type { Joins } from './launch.ts';
import { killGroup, type GroupExit, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxLimits } from '../sandbox.ts';

const MEBIBYTE = 1024 * 1024;
/** Above a program stand the bubblewrap that sealed it and the one that entered the namespaces. */
const GENERATIONS = 2;

/** The program that a spawned command line came to; undefined while it has not. */
export function programOf({ pid }: SpawnedGroup): number | undefined {
  return descendant(pid, GENERATIONS);
}

/** One process tree, as far as limits are concerned. */
export interface LimitedTree {
  setActive(active: boolean): void;
  /** It has ended; true: for want of memory. */
  end(exit: GroupExit): boolean;
}

/** Holds one sandbox to its limits: by the kernel where there are control groups for them, else by looking at memory. */
export class Enforcement {
  readonly #group: SandboxGroup;
  readonly #watchdog: MemoryWatchdog;
  /** Where the kernel does not count: all trees that run. */
  readonly #watched = new Map<SpawnedGroup, WatchedGroup>();
  readonly #overMemory = new WeakSet<SpawnedGroup>();
  #limits: SandboxLimits;
  /** The main tree that was started last: its peak is asked for after its end as well. */
  #main: { readonly spawned: SpawnedGroup; readonly watched: WatchedGroup } | undefined;

  private constructor(group: SandboxGroup, watchdog: MemoryWatchdog, limits: SandboxLimits) {
    this.#group = group;
    this.#watchdog = watchdog;
    this.#limits = limits;
  }

  static async create(
    cgroups: Cgroups,
    watchdog: MemoryWatchdog,
    id: string,
    limits: SandboxLimits,
  ): Promise<Enforcement> {
    return new Enforcement(await cgroups.create(id, limits), watchdog, limits);
  }

  /** For the launch to write `0` into. */
  get joins(): Joins {
    const { limitFiles, freezerFile } = this.#group;
    return { limitFiles, freezerFile };
  }

  follow(spawned: SpawnedGroup, isMain: boolean): LimitedTree {
    return this.#group.has('memory') ? this.#followKernel() : this.#watch(spawned, isMain);
  }

  limit(limits: SandboxLimits): void {
    this.#limits = limits;
    this.#group.limit(limits);
    for (const watched of this.#watched.values()) watched.limitBytes = limits.memoryMb * MEBIBYTE;
  }

  boost(isBoosted: boolean): void {
    this.#group.boost(isBoosted);
  }

  standBack(): void {
    this.#group.standBack();
  }

  freeze(): void {
    this.#group.freeze();
  }

  thaw(): void {
    this.#group.thaw();
  }

  /** Without the kernel's count: what was sampled misses short peaks, and its mark of the program misses the children. */
  memoryPeakBytes(): number {
    return this.#group.memoryPeakBytes() ?? this.#sampledPeakBytes();
  }

  async remove(): Promise<void> {
    await this.#group.remove();
  }

  /** The kernel ends the largest process at the limit. If that was a child, the function sees it and may go on. */
  #followKernel(): LimitedTree {
    const killsBefore = this.#group.memoryKills();
    return {
      setActive: () => undefined,
      end: ({ signal }) => signal === 'SIGKILL' && this.#group.memoryKills() > killsBefore,
    };
  }

  #watch(spawned: SpawnedGroup, isMain: boolean): LimitedTree {
    const watchdog = this.#watchdog;
    const limitBytes = this.#limits.memoryMb * MEBIBYTE;
    const onExceeded = (): void => this.#endForMemory();
    const watched = watchdog.watch(spawned.pid, limitBytes, onExceeded, () => this.#currentBytes());
    if (isMain) this.#main = { spawned, watched };
    this.#watched.set(spawned, watched);
    watchdog.setActive(watched, true);
    return {
      setActive: (active) => {
        if (this.#watched.has(spawned)) watchdog.setActive(watched, active);
      },
      end: () => {
        this.#watched.delete(spawned);
        watchdog.forget(watched);
        return this.#overMemory.has(spawned);
      },
    };
  }

  /** Resident memory of all trees when each was last looked at. */
  #currentBytes(): number {
    let bytes = 0;
    for (const watched of this.#watched.values()) bytes += watched.currentBytes;
    return bytes;
  }

  #endForMemory(): void {
    for (const spawned of this.#watched.keys()) {
      this.#overMemory.add(spawned);
      killGroup(spawned.pid);
    }
  }

  #sampledPeakBytes(): number {
    let bytes = this.#main?.watched.peakBytes() ?? 0;
    for (const watched of this.#watched.values())
      if (watched !== this.#main?.watched) bytes += watched.peakBytes();
    return Math.max(bytes, this.#programPeakBytes());
  }

  #programPeakBytes(): number {
    const { spawned } = this.#main ?? {};
    const program = spawned === undefined || !this.#watched.has(spawned) ? undefined : programOf(spawned);
    if (program === undefined) return 0;
    const memory = new ResidentMemory(program);
    const bytes = memory.peak();
    memory.close();
    return bytes;
  }
}
