import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { exitInside } from '../exit-inside.ts';
import { directoryExceeds } from '../process/directory-size.ts';
import type { MemoryWatchdog, WatchedGroup } from '../process/memory-watchdog.ts';
import { descendant, ResidentMemory } from '../process/process-memory.ts';
import { killGroup, signalGroup, type SpawnedGroup } from '../process/spawner.ts';
import { connectLoopback } from '../connect-loopback.ts';
import type {
  Sandbox,
  SandboxCommand,
  SandboxExit,
  SandboxLimits,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
} from '../sandbox.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { launchCommand, writeLaunchFiles } from './launch.ts';
import { LateMounts } from './late-mounts.ts';
import { refuseUnstartable } from './program-check.ts';
import type { Warden } from './warden/warden.ts';

const MEBIBYTE = 1024 * 1024;
/** Each bubblewrap stands above its program; one that makes a process namespace has a first process in it too. */
const UNDER_ONE = 2;
const UNDER_TWO = 3;

export interface NamespaceSandboxParts {
  readonly spec: SandboxSpec;
  readonly tools: NamespaceTools;
  /** User and group on the host, of this sandbox alone; undefined where the platform is an ordinary user. */
  readonly uid: number | undefined;
  readonly warden: () => Warden;
  readonly watchdog: MemoryWatchdog;
  readonly onDestroyed: () => void;
}

/** A process tree in namespaces of its own: paths inside are what they are on AWS. */
export class NamespaceSandbox implements Sandbox {
  readonly id: string;
  readonly #parts: NamespaceSandboxParts;
  readonly #launchFiles: string;
  readonly #late: LateMounts;
  #limits: SandboxLimits;
  #group: WatchedGroup | undefined;
  #running: SpawnedGroup | undefined;

  constructor(parts: NamespaceSandboxParts) {
    this.id = parts.spec.id;
    this.#parts = parts;
    // Beside the scratch directory, so that whoever sweeps those after a crash takes it along.
    this.#launchFiles = `${parts.spec.scratchDirectory}.launch`;
    this.#late = new LateMounts(parts.spec, `${parts.spec.scratchDirectory}.late`);
    this.#limits = parts.spec.limits;
  }

  async prepare(): Promise<void> {
    const { spec, uid } = this.#parts;
    await mkdir(spec.scratchDirectory, { recursive: true });
    await chmod(spec.scratchDirectory, 0o700);
    if (uid !== undefined) await chown(spec.scratchDirectory, uid, uid);
  }

  pathInside(sandboxPath: string): string {
    return sandboxPath;
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    const { spec, tools, uid, watchdog } = this.#parts;
    await refuseUnstartable(command.argv[0], spec);
    const warden = this.#parts.warden();
    await this.#late.prepare(warden);
    await writeLaunchFiles(this.#launchFiles, spec, command, tools, uid, this.#late.directories);
    const argv = launchCommand(this.#launchFiles, command.argv, spec, tools, uid);
    const spawned = await warden.start({ argv, env: {}, cwd: '/', channel: command.channel }, {});
    let outOfMemory = false;
    let ended = false;
    const group = watchdog.watch(spawned.pid, this.#limits.memoryMb * MEBIBYTE, () => {
      outOfMemory = true;
      killGroup(spawned.pid);
    });
    this.#group = group;
    this.#running = spawned;
    watchdog.setActive(group, true);
    const exited = spawned.exited.then((exit): SandboxExit => {
      ended = true;
      if (this.#running === spawned) this.#running = undefined;
      watchdog.forget(group);
      return { ...(exit.code === null ? exit : exitInside(exit.code)), outOfMemory };
    });
    return {
      channel: spawned.channel,
      output: spawned.output,
      exited,
      setActive: (active) => {
        if (!ended) watchdog.setActive(group, active);
      },
      terminate: () => {
        if (!ended) signalGroup(spawned.pid, 'SIGTERM');
      },
      kill: () => {
        if (!ended) killGroup(spawned.pid);
      },
    };
  }

  /** Programs beside the first would need its namespaces, which bubblewrap does not lend: extensions do not start. */
  async execBeside(): Promise<SandboxProcess> {
    throw Object.assign(new Error('The isolation level namespace runs one program in each environment.'), {
      code: 'ENOTSUP',
    });
  }

  async connect(port: number): Promise<Socket> {
    return await connectLoopback(port);
  }

  async attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void> {
    this.#limits = limits;
    if (this.#group !== undefined) this.#group.limitBytes = limits.memoryMb * MEBIBYTE;
    await this.#late.attach(this.#parts.warden(), directories);
  }

  async freeze(): Promise<void> {
    signalGroup(this.#running?.pid, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    signalGroup(this.#running?.pid, 'SIGCONT');
  }

  /** What was sampled misses short peaks; the kernel's mark of the program itself misses its children. */
  stats(): SandboxStats {
    const sampled = this.#group?.peakBytes() ?? 0;
    return { memoryPeakBytes: Math.max(sampled, this.#programPeakBytes()) };
  }

  /** The scratch directory is one of the host's: its size can only be looked at afterwards. */
  scratchOverflows(): Promise<boolean> {
    return directoryExceeds(this.#parts.spec.scratchDirectory, this.#limits.scratchMb * MEBIBYTE);
  }

  #programPeakBytes(): number {
    const { pid } = this.#running ?? {};
    if (pid === undefined) return 0;
    const program = descendant(pid, this.#parts.uid === undefined ? UNDER_ONE : UNDER_TWO);
    if (program === undefined) return 0;
    const memory = new ResidentMemory(program);
    const bytes = memory.peak();
    memory.close();
    return bytes;
  }

  async destroy(): Promise<void> {
    const running = this.#running;
    if (running !== undefined) {
      killGroup(running.pid);
      await running.exited;
    }
    await this.#late.remove(this.#parts.warden);
    // Retried: the kernel takes a moment to end what is left of the process namespace.
    for (const path of [this.#parts.spec.scratchDirectory, this.#launchFiles])
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    this.#parts.onDestroyed();
  }
}
