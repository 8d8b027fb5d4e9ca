import { mkdir, rm } from 'node:fs/promises';
import type {
  Sandbox,
  SandboxCommand,
  SandboxExit,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
} from '../sandbox.ts';
import { directoryExceeds } from './directory-size.ts';
import type { MemoryWatchdog, WatchedGroup } from './memory-watchdog.ts';
import { killGroup, signalGroup } from './spawner.ts';
import type { SpawnedGroup, Spawner } from './spawner.ts';

const MEBIBYTE = 1024 * 1024;

/** A process group on the host: no mounts, so paths inside are mapped to the host's. */
export class ProcessSandbox implements Sandbox {
  readonly id: string;
  readonly #spec: SandboxSpec;
  /** The most specific first, as with mounts: of a directory inside another one, the inner one counts. */
  readonly #directories: readonly SharedDirectory[];
  readonly #spawner: () => Spawner;
  readonly #watchdog: MemoryWatchdog;
  readonly #onDestroyed: () => void;
  #group: WatchedGroup | undefined;
  #running: SpawnedGroup | undefined;

  constructor(spec: SandboxSpec, spawner: () => Spawner, watchdog: MemoryWatchdog, onDestroyed: () => void) {
    this.id = spec.id;
    this.#spec = spec;
    this.#directories = spec.readOnlyDirectories.toSorted(
      (a, b) => b.sandboxPath.length - a.sandboxPath.length,
    );
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
    const spawned = await this.#spawner().start(command);
    let outOfMemory = false;
    const kill = (): void => killGroup(spawned.pid);
    const group = this.#watchdog.watch(spawned.pid, this.#spec.limits.memoryMb * MEBIBYTE, () => {
      outOfMemory = true;
      kill();
    });
    this.#group = group;
    this.#running = spawned;
    this.#watchdog.setActive(group, true);
    let ended = false;
    const exited = spawned.exited.then((exit): SandboxExit => {
      ended = true;
      if (this.#running === spawned) this.#running = undefined;
      this.#watchdog.forget(group);
      return { ...exit, outOfMemory };
    });
    return {
      channel: spawned.channel,
      output: spawned.output,
      exited,
      setActive: (active) => {
        if (!ended) this.#watchdog.setActive(group, active);
      },
      kill: () => {
        if (!ended) kill();
      },
    };
  }

  async freeze(): Promise<void> {
    signalGroup(this.#running?.pid, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    signalGroup(this.#running?.pid, 'SIGCONT');
  }

  stats(): SandboxStats {
    return { memoryPeakBytes: this.#group?.peakBytes() ?? 0 };
  }

  /** Nothing keeps a plain process from filling the disk: the size can only be looked at afterwards. */
  scratchOverflows(): Promise<boolean> {
    return directoryExceeds(this.#spec.scratchDirectory, this.#spec.limits.scratchMb * MEBIBYTE);
  }

  async destroy(): Promise<void> {
    const running = this.#running;
    if (running !== undefined) {
      killGroup(running.pid);
      await running.exited;
    }
    // Retried: a process of another group that escaped the kill may still be writing.
    await rm(this.#spec.scratchDirectory, { recursive: true, force: true, maxRetries: 3 });
    this.#onDestroyed();
  }
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
