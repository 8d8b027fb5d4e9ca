import type { Cgroups } from '../cgroup/cgroups.ts';
import type { SandboxGroup } from '../cgroup/sandbox-group.ts';
import type { MemoryWatchdog, WatchedGroup } from '../process/memory-watchdog.ts';
import { descendant, ResidentMemory } from '../process/process-memory.ts';
import { killGroup, type GroupExit, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxLimits } from '../sandbox.ts';

const MEBIBYTE = 1024 * 1024;

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
  readonly #generations: number;
  #limits: SandboxLimits;
  /** Of the tree that was started last: its peak is asked for after its end as well. */
  #watched: WatchedGroup | undefined;
  #running: SpawnedGroup | undefined;

  private constructor(
    group: SandboxGroup,
    watchdog: MemoryWatchdog,
    limits: SandboxLimits,
    generations: number,
  ) {
    this.#group = group;
    this.#watchdog = watchdog;
    this.#limits = limits;
    this.#generations = generations;
  }

  /** @param generations from the process that is spawned down to the program itself */
  static async create(
    cgroups: Cgroups,
    watchdog: MemoryWatchdog,
    id: string,
    limits: SandboxLimits,
    generations: number,
  ): Promise<Enforcement> {
    return new Enforcement(await cgroups.create(id, limits), watchdog, limits, generations);
  }

  /** For the launch to write `0` into. */
  get joinFiles(): readonly string[] {
    return this.#group.joinFiles;
  }

  follow(spawned: SpawnedGroup): LimitedTree {
    this.#running = spawned;
    return this.#group.has('memory') ? this.#followKernel(spawned) : this.#watch(spawned);
  }

  limit(limits: SandboxLimits): void {
    this.#limits = limits;
    this.#group.limit(limits);
    if (this.#watched !== undefined) this.#watched.limitBytes = limits.memoryMb * MEBIBYTE;
  }

  boost(isBoosted: boolean): void {
    this.#group.boost(isBoosted);
  }

  freeze(): void {
    this.#group.freeze();
  }

  thaw(): void {
    this.#group.thaw();
  }

  /** Without the kernel's count: what was sampled misses short peaks, and its mark of the program misses the children. */
  memoryPeakBytes(): number {
    return (
      this.#group.memoryPeakBytes() ?? Math.max(this.#watched?.peakBytes() ?? 0, this.#programPeakBytes())
    );
  }

  async remove(): Promise<void> {
    await this.#group.remove();
  }

  /** The kernel ends the largest process at the limit. If that was a child, the function sees it and may go on. */
  #followKernel(spawned: SpawnedGroup): LimitedTree {
    const killsBefore = this.#group.memoryKills();
    return {
      setActive: () => undefined,
      end: ({ signal }) => {
        this.#forget(spawned);
        return signal === 'SIGKILL' && this.#group.memoryKills() > killsBefore;
      },
    };
  }

  #watch(spawned: SpawnedGroup): LimitedTree {
    const watchdog = this.#watchdog;
    let outOfMemory = false;
    let ended = false;
    const watched = watchdog.watch(spawned.pid, this.#limits.memoryMb * MEBIBYTE, () => {
      outOfMemory = true;
      killGroup(spawned.pid);
    });
    this.#watched = watched;
    watchdog.setActive(watched, true);
    return {
      setActive: (active) => {
        if (!ended) watchdog.setActive(watched, active);
      },
      end: () => {
        ended = true;
        this.#forget(spawned);
        watchdog.forget(watched);
        return outOfMemory;
      },
    };
  }

  #forget(spawned: SpawnedGroup): void {
    if (this.#running === spawned) this.#running = undefined;
  }

  #programPeakBytes(): number {
    if (this.#running === undefined) return 0;
    const program = descendant(this.#running.pid, this.#generations);
    if (program === undefined) return 0;
    const memory = new ResidentMemory(program);
    const bytes = memory.peak();
    memory.close();
    return bytes;
  }
}
