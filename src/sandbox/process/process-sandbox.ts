import { mkdir, rm } from 'node:fs/promises';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { connectLoopback } from '../connect-loopback.ts';
import { listenBesideOnLoopback, listenOnLoopback } from '../listen-on-loopback.ts';
import type {
  Sandbox,
  SandboxCommand,
  SandboxExit,
  SandboxLimits,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
  SidePort,
} from '../sandbox.ts';
import { directoryExceeds } from './directory-size.ts';
import type { MemoryWatchdog, WatchedGroup } from './memory-watchdog.ts';
import { killGroup, signalProcess } from './spawner.ts';
import type { SpawnedGroup, Spawner } from './spawner.ts';

const MEBIBYTE = 1024 * 1024;

/** Process groups on the host: no mounts, so paths inside are mapped to the host's. */
export class ProcessSandbox implements Sandbox {
  readonly id: string;
  readonly #spec: SandboxSpec;
  /** The most specific first, as with mounts: of a directory inside another one, the inner one counts. */
  #directories: readonly SharedDirectory[];
  #limits: SandboxLimits;
  readonly #spawner: () => Spawner;
  readonly #watchdog: MemoryWatchdog;
  readonly #onDestroyed: () => void;
  /** Of the main tree that was started last: its peak is asked for after its end as well. */
  #group: WatchedGroup | undefined;
  readonly #running = new Map<SpawnedGroup, WatchedGroup>();
  readonly #overMemory = new WeakSet<SpawnedGroup>();

  constructor(spec: SandboxSpec, spawner: () => Spawner, watchdog: MemoryWatchdog, onDestroyed: () => void) {
    this.id = spec.id;
    this.#spec = spec;
    this.#directories = mostSpecificFirst(spec.readOnlyDirectories);
    this.#limits = spec.limits;
    this.#spawner = spawner;
    this.#watchdog = watchdog;
    this.#onDestroyed = onDestroyed;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#spec.scratchDirectory, { recursive: true });
  }

  pathInside(sandboxPath: string): string {
    if (isWithin(sandboxPath, '/tmp')) return this.#spec.scratchDirectory + sandboxPath.slice('/tmp'.length);
    for (const { hostPath, sandboxPath: mounted } of this.#directories) {
      if (isWithin(sandboxPath, mounted)) return hostPath + sandboxPath.slice(mounted.length);
    }
    return sandboxPath;
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command, (group) => (this.#group = group));
  }

  async execBeside(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command, () => undefined);
  }

  /** Any process of this machine could connect too: there is nothing to tell them apart by. */
  async listen(server: Server): Promise<string> {
    return await listenOnLoopback(server);
  }

  async listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<SidePort> {
    return await listenBesideOnLoopback(server, onDatagrams);
  }

  async connect(port: number): Promise<Socket> {
    return await connectLoopback(port);
  }

  /** Without mounts, paths are mapped from now on; what runs has to be told where its files are. */
  async attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void> {
    this.#directories = mostSpecificFirst([...this.#directories, ...directories]);
    this.#limits = limits;
    for (const group of this.#running.values()) group.limitBytes = limits.memoryMb * MEBIBYTE;
  }

  /** Processor time is not limited. */
  boost(): void {}

  standBack(): void {}

  /** Stopping by signals is no freezing: programs see SIGCONT and interrupted calls, and may be their own parents. */
  freeze(): void {}

  thaw(): void {}

  stats(): SandboxStats {
    let memoryPeakBytes = this.#group?.peakBytes() ?? 0;
    for (const group of this.#running.values()) {
      if (group !== this.#group) memoryPeakBytes += group.peakBytes();
    }
    return { memoryPeakBytes };
  }

  /** Nothing keeps a plain process from filling the disk: the size can only be looked at afterwards. */
  scratchOverflows(): Promise<boolean> {
    return directoryExceeds(this.#spec.scratchDirectory, this.#limits.scratchMb * MEBIBYTE);
  }

  async destroy(): Promise<void> {
    const running = [...this.#running.keys()];
    for (const { pid } of running) killGroup(pid);
    await Promise.all(running.map(({ exited }) => exited));
    // Retried: a process of another group that escaped the kill may still be writing.
    await rm(this.#spec.scratchDirectory, { recursive: true, force: true, maxRetries: 3 });
    this.#onDestroyed();
  }

  async #start(command: SandboxCommand, note: (group: WatchedGroup) => void): Promise<SandboxProcess> {
    const mark = `TMPDIR=${this.#spec.scratchDirectory}`;
    const spawned = await this.#spawner().start(command, mark);
    const limitBytes = this.#limits.memoryMb * MEBIBYTE;
    const onExceeded = (): void => this.#endForMemory();
    const group = this.#watchdog.watch(spawned.pid, limitBytes, onExceeded, () => this.#currentBytes());
    note(group);
    this.#running.set(spawned, group);
    this.#watchdog.setActive(group, true);
    const exited = spawned.exited.then((exit): SandboxExit => {
      this.#running.delete(spawned);
      this.#watchdog.forget(group);
      return { ...exit, outOfMemory: this.#overMemory.has(spawned) };
    });
    return {
      channel: spawned.channel,
      answers: spawned.answers,
      output: spawned.output,
      exited,
      setActive: (active) => {
        if (this.#running.has(spawned)) this.#watchdog.setActive(group, active);
      },
      terminate: () => {
        if (this.#running.has(spawned)) signalProcess(spawned.pid, 'SIGTERM');
      },
      kill: () => {
        if (this.#running.has(spawned)) killGroup(spawned.pid);
      },
    };
  }

  /** Resident memory of all trees when each was last looked at. */
  #currentBytes(): number {
    let bytes = 0;
    for (const group of this.#running.values()) bytes += group.currentBytes;
    return bytes;
  }

  #endForMemory(): void {
    for (const spawned of this.#running.keys()) {
      this.#overMemory.add(spawned);
      killGroup(spawned.pid);
    }
  }
}

function mostSpecificFirst(directories: readonly SharedDirectory[]): SharedDirectory[] {
  return directories.toSorted((a, b) => b.sandboxPath.length - a.sandboxPath.length);
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
