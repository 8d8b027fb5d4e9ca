import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Cgroups } from '../cgroup/cgroups.ts';
import { exitInside } from '../exit-inside.ts';
import { directoryExceeds } from '../process/directory-size.ts';
import type { MemoryWatchdog } from '../process/memory-watchdog.ts';
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
import { Enforcement } from './enforcement.ts';
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
  readonly cgroups: Cgroups;
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
  #enforcement: Enforcement | undefined;
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
    const { spec, uid, cgroups, watchdog } = this.#parts;
    const generations = uid === undefined ? UNDER_ONE : UNDER_TWO;
    this.#enforcement = await Enforcement.create(cgroups, watchdog, spec.id, spec.limits, generations);
    await mkdir(spec.scratchDirectory, { recursive: true });
    await chmod(spec.scratchDirectory, 0o700);
    if (uid !== undefined) await chown(spec.scratchDirectory, uid, uid);
  }

  pathInside(sandboxPath: string): string {
    return sandboxPath;
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    const { spec, tools, uid } = this.#parts;
    const enforcement = this.#enforced;
    await refuseUnstartable(command.argv[0], spec);
    const warden = this.#parts.warden();
    await this.#late.prepare(warden);
    await writeLaunchFiles(this.#launchFiles, spec, command, tools, uid, this.#late.directories);
    const argv = launchCommand(this.#launchFiles, command.argv, spec, tools, uid, enforcement.joinFiles);
    const spawned = await warden.start({ argv, env: {}, cwd: '/', channel: command.channel }, {});
    const tree = enforcement.follow(spawned);
    let ended = false;
    this.#running = spawned;
    const exited = spawned.exited.then((outside): SandboxExit => {
      ended = true;
      if (this.#running === spawned) this.#running = undefined;
      const exit = outside.code === null ? outside : exitInside(outside.code);
      return { ...exit, outOfMemory: tree.end(exit) };
    });
    return {
      channel: spawned.channel,
      output: spawned.output,
      exited,
      setActive: (active) => tree.setActive(active),
      terminate: () => {
        if (!ended) signalGroup(spawned.pid, 'SIGTERM');
        enforcement.thaw();
      },
      // In this order, so that none of its code runs once more; some kernels kill only what is not frozen.
      kill: () => {
        if (!ended) killGroup(spawned.pid);
        enforcement.thaw();
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
    this.#enforced.limit(limits);
    await this.#late.attach(this.#parts.warden(), directories);
  }

  boost(isBoosted: boolean): void {
    this.#enforced.boost(isBoosted);
  }

  freeze(): void {
    this.#enforced.freeze();
  }

  thaw(): void {
    this.#enforced.thaw();
  }

  stats(): SandboxStats {
    return { memoryPeakBytes: this.#enforced.memoryPeakBytes() };
  }

  /** The scratch directory is one of the host's: its size can only be looked at afterwards. */
  scratchOverflows(): Promise<boolean> {
    return directoryExceeds(this.#parts.spec.scratchDirectory, this.#limits.scratchMb * MEBIBYTE);
  }

  async destroy(): Promise<void> {
    const running = this.#running;
    if (running !== undefined) {
      killGroup(running.pid);
      this.#enforcement?.thaw();
      await running.exited;
    }
    await this.#enforcement?.remove();
    await this.#late.remove(this.#parts.warden);
    // Retried: the kernel takes a moment to end what is left of the process namespace.
    for (const path of [this.#parts.spec.scratchDirectory, this.#launchFiles])
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    this.#parts.onDestroyed();
  }

  get #enforced(): Enforcement {
    if (this.#enforcement === undefined) throw new Error(`Sandbox ${this.id} is not prepared.`);
    return this.#enforcement;
  }
}
