import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTROL_FILES, CPU_PERIOD_US, type Control } from './control-files.ts';
import type { GroupParent } from './group-parent.ts';
import { GroupSettings } from './group-settings.ts';
import { GroupShare } from './group-share.ts';
import { Places } from './places.ts';
import type { Processors } from './processors.ts';
import { RefusedForks } from './refused-forks.ts';
import { killMembers, removeGroup } from './remove-group.ts';
import type { ShareWatch } from './share-watch.ts';
import { readOpen, tryOpen } from './open-file.ts';

/** What a group holds its processes to. */
export interface GroupLimits {
  readonly memoryMb: number;
  /** Processors' worth of time: 0.5 is half of one. */
  readonly cpuShare: number;
  /** Processes and threads. */
  readonly processes: number;
  /** A kernel of its own runs in it, which ends for want of processes: that must not take long. */
  readonly hasOwnKernel?: boolean;
}

const MEBIBYTE = 1024 * 1024;
/** What code gets to start with, however small its share. */
const BOOSTED_SHARE = 2;
/** The kernel takes no smaller quota. */
const SMALLEST_QUOTA_US = 1000;
/**
 * Of a fork bomb. The kernel has to stop and start every single process of a group in each period, which of a thousand
 * takes it milliseconds in which nobody else has the processor: the longest period there is has the fewest of those.
 */
const BOMB = { quotaUs: 10_000, periodUs: 1_000_000 };

/** The control groups of one sandbox: a directory in each hierarchy that is of use, under the same name. */
export class SandboxGroup {
  readonly #directories: readonly string[];
  readonly #parents: readonly GroupParent[];
  readonly #id: string;
  readonly #settings: GroupSettings;
  readonly #watch: ShareWatch;
  readonly #processors: Processors | undefined;
  #limits: GroupLimits | undefined;
  #isBoosted = true;
  #isBomb = false;
  /** Kept open, as opening them costs more than what is done through them. */
  #freezer: { readonly fd: number; readonly frozen: Buffer; readonly thawed: Buffer } | undefined;
  #share: GroupShare | undefined;
  #peak: number | undefined;
  #isFrozen = false;

  constructor(
    parents: readonly GroupParent[],
    id: string,
    watch: ShareWatch,
    processors: Processors | undefined,
  ) {
    this.#parents = parents;
    this.#id = id;
    this.#settings = new GroupSettings(parents, id);
    this.#watch = watch;
    this.#processors = processors;
    this.#directories = parents.map(({ directory }) => join(directory, id));
  }

  /** A program of one thread that writes `0` into each of these is inside, and all it starts. */
  get joinFiles(): readonly string[] {
    return this.#parents.map(({ directory, joinFile }) => join(directory, this.#id, joinFile));
  }

  /** The same, but for `freezerFile`. */
  get limitFiles(): readonly string[] {
    return this.joinFiles.filter((file) => file !== this.freezerFile);
  }

  /**
   * Of a group that does nothing but freeze: what only keeps a sandbox open may stay outside, since each process and
   * thread inside costs as much as the next to stop and to wake. Undefined where one group does everything.
   */
  get freezerFile(): string | undefined {
    const parent = this.#parents.find(({ controls }) => controls.join() === 'freezer');
    return parent && join(parent.directory, this.#id, parent.joinFile);
  }

  has(control: Control): boolean {
    return this.#parents.some(({ controls }) => controls.includes(control));
  }

  /** Makes the groups, empty, and sets their limits. */
  async prepare(limits: GroupLimits): Promise<void> {
    for (const { directory, isThreaded } of this.#parents) {
      const group = join(directory, this.#id);
      await mkdir(group);
      if (isThreaded) await writeFile(join(group, 'cgroup.type'), 'threaded');
    }
    this.limit(limits);
    this.#open();
  }

  /** From now on. Memory in use that is over a new limit is taken back or its user killed, as the kernel sees fit. */
  limit(limits: GroupLimits): void {
    const isLess = this.#limits === undefined || limits.memoryMb < this.#limits.memoryMb;
    this.#limits = limits;
    this.#settings.set('memory', (files) => files.memory(limits.memoryMb * MEBIBYTE, isLess));
    this.#settings.set('processes', (files) => files.processes(limits.processes));
    this.#setShare();
  }

  /** Lets the processes have more than their share of processor time, as they have from the start, or holds them to it. */
  boost(isBoosted: boolean): void {
    if (this.#isBoosted === isBoosted) return;
    this.#isBoosted = isBoosted;
    this.#setShare();
  }

  /** It goes on starting processes although it has as many as it may have: leaves it next to no processor time. */
  #holdBomb(isBomb: boolean): void {
    if (this.#isBomb === isBomb) return;
    this.#isBomb = isBomb;
    try {
      this.#setShare();
    } catch {
      // The group has gone, as it does with the helper process.
    }
  }

  #setShare(): void {
    const { cpuShare = 0 } = this.#limits ?? {};
    const share = this.#isBoosted ? Math.max(cpuShare, BOOSTED_SHARE) : cpuShare;
    const quotaUs = Math.max(SMALLEST_QUOTA_US, Math.round(share * CPU_PERIOD_US));
    if (this.#isBomb) return this.#settings.set('cpu', (files) => files.cpu(BOMB.quotaUs, BOMB.periodUs));
    try {
      this.#settings.set('cpu', (files) => files.cpu(quotaUs, CPU_PERIOD_US));
    } catch (error) {
      // More than a group above has: that one's limit is what holds.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      this.#settings.set('cpu', (files) => files.cpu(undefined, CPU_PERIOD_US));
    }
  }

  /** See ShareWatch. */
  standBack(): void {
    if (this.#share !== undefined) this.#watch.suspect(this.#share);
  }

  /** Stops every process, without its noticing. Returns at once; each stops the next time it leaves the kernel. */
  freeze(): void {
    if (this.#isFrozen || this.#freezer === undefined) return;
    this.#isFrozen = true;
    writeSync(this.#freezer.fd, this.#freezer.frozen, 0, this.#freezer.frozen.length, 0);
    if (this.#share === undefined) return;
    this.#watch.remove(this.#share);
    // Whatever it did before, its next invocation is a new one.
    this.#share.rest();
  }

  /** What is to be ended needs some processor time for that. */
  thaw(): void {
    this.#share?.release();
    if (!this.#isFrozen || this.#freezer === undefined) return;
    this.#isFrozen = false;
    writeSync(this.#freezer.fd, this.#freezer.thawed, 0, this.#freezer.thawed.length, 0);
    if (this.#share !== undefined) this.#watch.add(this.#share);
  }

  /** The most memory that was ever in use, bytes; undefined where the kernel does not say. */
  memoryPeakBytes(): number | undefined {
    return this.#peak === undefined ? undefined : Number(readOpen(this.#peak));
  }

  /** How many processes the kernel has ended because the group was at its memory limit. */
  memoryKills(): number {
    const parent = this.#parentOf('memory');
    const events =
      parent && tryOpen(join(parent.directory, this.#id, CONTROL_FILES[parent.version].memoryEvents));
    if (events === undefined) return 0;
    const text = readOpen(events);
    closeSync(events);
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Ends what is inside and removes the groups. */
  async remove(): Promise<void> {
    this.thaw();
    for (const fd of [this.#freezer?.fd, this.#peak]) if (fd !== undefined) closeSync(fd);
    if (this.#share !== undefined) this.#watch.remove(this.#share);
    this.#share?.close();
    this.#share = undefined;
    this.#freezer = this.#peak = undefined;
    for (const directory of this.#directories) killMembers(directory);
    await Promise.all(this.#directories.map((directory) => removeGroup(directory)));
  }

  #open(): void {
    const parent = this.#parentOf('freezer');
    if (parent !== undefined) {
      const { file, frozen, thawed } = CONTROL_FILES[parent.version].freezer;
      const fd = openSync(join(parent.directory, this.#id, file), 'r+');
      this.#freezer = { fd, frozen: Buffer.from(frozen), thawed: Buffer.from(thawed) };
    }
    const cpu = this.#parentOf('cpu');
    if (cpu !== undefined) {
      const { hasOwnKernel = false } = this.#limits ?? {};
      const counted = this.#parents.find(({ version }) => version === 2)?.directory;
      const forks = this.#parentOf('processes')?.directory;
      this.#share = GroupShare.open({
        directory: join(cpu.directory, this.#id),
        counted: counted && join(counted, this.#id),
        places: this.#places(),
        forks: forks === undefined || hasOwnKernel ? undefined : this.#refusedForks(join(forks, this.#id)),
      });
    }
    if (this.#share !== undefined) this.#watch.add(this.#share);
    const memory = this.#parentOf('memory');
    if (memory === undefined) return;
    const { memoryPeak } = CONTROL_FILES[memory.version];
    this.#peak = tryOpen(join(memory.directory, this.#id, memoryPeak));
  }

  #places(): Places | undefined {
    const directory = this.#parentOf('processors')?.directory;
    if (directory === undefined || this.#processors === undefined) return undefined;
    return new Places(join(directory, this.#id), this.#processors, () => this.#limits?.cpuShare ?? 0);
  }

  #refusedForks(directory: string): RefusedForks {
    return new RefusedForks(directory, (isBomb) => this.#holdBomb(isBomb));
  }

  #parentOf(control: Control): GroupParent | undefined {
    return this.#parents.find(({ controls }) => controls.includes(control));
  }
}
