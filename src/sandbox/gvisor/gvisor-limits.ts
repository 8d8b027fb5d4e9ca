import type { Cgroups } from '../cgroup/cgroups.ts';
import type { SandboxGroup } from '../cgroup/sandbox-group.ts';
import type { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type { SandboxLimits } from '../sandbox.ts';
import type { Container } from './container.ts';
import { GuestMemory } from './guest-memory.ts';

const MEBIBYTE = 1024 * 1024;
/** What the kernel of a sandbox may need for itself: 17 MiB at rest, up to 60 with hundreds of processes and files. */
const OVERHEAD_MB = 64;
/** A process inside is two of the host's; the sandbox's own are some dozens. */
const HOST_PROCESSES_EACH = 2;
const OWN_PROCESSES = 256;

/**
 * Holds one sandbox to its limits. Memory of the programs inside is sampled, and counts exactly; behind that stands the
 * host's kernel, where it has control groups, with room for the sandbox's own needs. A sandbox that comes to one of the
 * host's limits ends as a whole, its kernel with it.
 */
export class GvisorLimits {
  readonly #cgroups: Cgroups;
  readonly #watchdog: MemoryWatchdog;
  readonly #id: string;
  #limits: SandboxLimits;
  #group: SandboxGroup;
  #groupsMade = 1;
  /** A sandbox has been started in the group. */
  #isTaken = false;
  #isBoosted = true;
  #standsBack = false;
  /** The groups of sandboxes that have ended are gone. */
  #cleared: Promise<unknown> = Promise.resolve();
  #memory: GuestMemory | undefined;
  #ownBytes = 0;
  #killsBefore = 0;
  #isOver = false;

  private constructor(
    cgroups: Cgroups,
    watchdog: MemoryWatchdog,
    id: string,
    limits: SandboxLimits,
    group: SandboxGroup,
  ) {
    this.#cgroups = cgroups;
    this.#watchdog = watchdog;
    this.#id = id;
    this.#limits = limits;
    this.#group = group;
  }

  static async create(
    cgroups: Cgroups,
    watchdog: MemoryWatchdog,
    id: string,
    limits: SandboxLimits,
  ): Promise<GvisorLimits> {
    const group = await cgroups.create(id, withOverhead(limits));
    return new GvisorLimits(cgroups, watchdog, id, limits, group);
  }

  /** For whatever starts host processes of the sandbox to write `0` into. */
  get joinFiles(): readonly string[] {
    return this.#group.joinFiles;
  }

  /** The sandbox died, or was ended, for want of memory. */
  get isOutOfMemory(): boolean {
    return this.#isOver || this.#group.memoryKills() > this.#killsBefore;
  }

  /**
   * A sandbox is about to start, and gets a group that is empty. Of one that has ended thousands of processes may count on
   * until whoever has inherited them has buried them: the next would die for want of room among its dead.
   */
  async begin(): Promise<void> {
    if (this.#isTaken) {
      const former = this.#group;
      this.#groupsMade += 1;
      this.#group = await this.#cgroups.create(`${this.#id}-${this.#groupsMade}`, withOverhead(this.#limits));
      this.#group.boost(this.#isBoosted);
      if (this.#standsBack) this.#group.standBack();
      this.#cleared = Promise.all([this.#cleared, former.remove()]);
      this.#cleared.catch(() => undefined);
    }
    this.#isTaken = true;
  }

  /** Counts what a sandbox that is up uses from now on: what it used until now is its own. */
  follow(container: Container): void {
    this.#ownBytes = this.#group.memoryPeakBytes() ?? 0;
    this.#killsBefore = this.#group.memoryKills();
    this.#isOver = false;
    const memory = new GuestMemory(container.pid, this.#limits.memoryMb * MEBIBYTE, () => {
      this.#isOver = true;
      container.kill();
    });
    this.#memory = memory;
    this.#watchdog.setActive(memory, true);
    void container.ended.then(() => this.#watchdog.forget(memory));
  }

  setActive(active: boolean): void {
    if (this.#memory !== undefined) this.#watchdog.setActive(this.#memory, active);
  }

  limit(limits: SandboxLimits): void {
    this.#limits = limits;
    this.#group.limit(withOverhead(limits));
    if (this.#memory !== undefined) this.#memory.limitBytes = limits.memoryMb * MEBIBYTE;
  }

  boost(isBoosted: boolean): void {
    this.#isBoosted = isBoosted;
    this.#group.boost(isBoosted);
  }

  standBack(): void {
    this.#standsBack = true;
    this.#group.standBack();
  }

  freeze(): void {
    this.#standsBack = false;
    this.#group.freeze();
  }

  thaw(): void {
    this.#group.thaw();
  }

  /** The host's kernel counts programs that were read from files too, as it does at other levels. */
  memoryPeakBytes(): number {
    const counted = (this.#group.memoryPeakBytes() ?? 0) - this.#ownBytes;
    return Math.max(counted, this.#memory?.peakBytes() ?? 0);
  }

  async remove(): Promise<void> {
    await Promise.all([this.#cleared, this.#group.remove()]);
  }
}

function withOverhead({ memoryMb, processes, cpuShare }: SandboxLimits) {
  return {
    memoryMb: memoryMb + OVERHEAD_MB,
    processes: HOST_PROCESSES_EACH * processes + OWN_PROCESSES,
    cpuShare,
    hasOwnKernel: true,
  };
}
