import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { guardedDriver } from '../sandbox/guarded-sandbox.ts';
import type { SandboxEvent } from '../sandbox/guarded-sandbox.ts';
import type { Sandbox, SandboxDriver, SandboxLimits, SharedDirectory } from '../sandbox/sandbox.ts';
import { PREPARED_SCRATCH_MB, Preparation } from './prepared/preparation.ts';
import type { PreparedKindFacts } from './prepared/prepared-kind.ts';
import { PreparedRuntime } from './prepared/prepared-runtime.ts';
import { PreparedRuntimes } from './prepared/prepared-runtimes.ts';
import { temporaryVariable } from './environment-variables.ts';
import { memoryIsScarce } from './provisioning.ts';
import type { ResolvedRuntime } from './runtime-catalog.ts';

export interface EnvironmentSandboxesOptions {
  readonly driver: SandboxDriver;
  readonly clock: Clock;
  /** A directory of our own: each environment's /tmp is below it. */
  readonly scratchRoot: string;
  /** How many runtimes of a kind to start ahead of need. */
  readonly prepared: number | 'auto';
  /** Environments are starting. */
  readonly isStarting: () => boolean;
  readonly onEvent: (event: SandboxEvent) => void;
  readonly onWarning: (text: string) => void;
}

export interface EnvironmentSandbox {
  readonly sandbox: Sandbox;
  /** It waits in the sandbox for its first function. */
  readonly prepared: PreparedRuntime | undefined;
  /** The function's code and limits are in place. False: the sandbox is of no use, and has been destroyed. */
  readonly complete: Promise<boolean>;
}

/** Documented limits of Lambda for one environment; on managed instances, where invocations share it, more files. */
const PROCESSES = 1024;
const OPEN_FILES = 1024;
const SHARED_OPEN_FILES = 4096;
/** A function gets processor time in proportion to its memory; on managed instances it says in which. */
const MEMORY_MB_PER_CPU = 1769;
const MOST_CPUS = 6;
/** Of a runtime that is nobody's yet: enough to load what it may. */
const PREPARED_MEMORY_MB = 512;

/** Gives environments their sandboxes: one in which a runtime has been prepared, if there is one that fits, or a new one. */
export class EnvironmentSandboxes {
  readonly prepared: PreparedRuntimes;
  readonly #options: EnvironmentSandboxesOptions;
  readonly #driver: SandboxDriver;
  /** What a platform that was killed left behind is of no use to anybody. */
  readonly #cleared: Promise<void>;
  readonly #preparation = new Preparation();

  constructor(options: EnvironmentSandboxesOptions) {
    const { driver, clock, scratchRoot, onWarning } = options;
    this.#options = options;
    this.#driver = guardedDriver(driver, options.onEvent);
    this.#cleared = rm(scratchRoot, { recursive: true, force: true });
    this.#cleared.catch(() => undefined);
    this.prepared = new PreparedRuntimes({
      setting: driver.attaches ? options.prepared : 0,
      clock,
      prepare: async (facts, onLost, unwanted) => await this.#prepare(facts, onLost, unwanted),
      isBusy: options.isStarting,
      memoryIsScarce,
      onWarning,
    });
  }

  /**
   * @param code what the function sees as /var/task and /opt
   * @param mayBePrepared somebody waits for this start
   */
  async obtain(
    version: FunctionVersion,
    runtime: ResolvedRuntime,
    code: readonly SharedDirectory[],
    mayBePrepared: boolean,
  ): Promise<EnvironmentSandbox> {
    const openFiles = version.maxConcurrency === undefined ? OPEN_FILES : SHARED_OPEN_FILES;
    const { memoryMb, memoryMbPerVcpu, ephemeralStorageMb } = version;
    const limits = { ...limitsOf(memoryMb, ephemeralStorageMb, memoryMbPerVcpu), openFiles };
    const prepared = mayBePrepared ? await this.#takePrepared(version, runtime, code) : undefined;
    if (prepared !== undefined) {
      const { sandbox } = prepared;
      return { sandbox, prepared, complete: this.#complete(sandbox, code, limits) };
    }
    const sandbox = await this.#create([...code, ...runtime.directories], limits);
    return { sandbox, prepared: undefined, complete: Promise.resolve(true) };
  }

  /** A function was deployed, and may soon start. */
  async expect(
    version: FunctionVersion,
    runtime: ResolvedRuntime,
    code: readonly SharedDirectory[],
  ): Promise<void> {
    const kind = await this.#preparation.kindOf(version, runtime, code);
    if (kind !== undefined) this.prepared.expect(kind);
  }

  async #takePrepared(
    version: FunctionVersion,
    runtime: ResolvedRuntime,
    code: readonly SharedDirectory[],
  ): Promise<PreparedRuntime | undefined> {
    if (this.prepared.isOff || version.maxConcurrency !== undefined) return undefined;
    const kind = await this.#preparation.kindOf(version, runtime, code);
    return kind && this.prepared.take(kind);
  }

  async #complete(
    sandbox: Sandbox,
    code: readonly SharedDirectory[],
    limits: SandboxLimits,
  ): Promise<boolean> {
    try {
      await sandbox.attach(code, limits);
      return true;
    } catch (error) {
      this.#options.onWarning(`A prepared runtime could not be used: ${String(error)}`);
      await sandbox.destroy();
      return false;
    }
  }

  async #prepare(
    { runtime, packages }: PreparedKindFacts,
    onLost: (lost: PreparedRuntime) => void,
    unwanted: AbortSignal,
  ): Promise<PreparedRuntime> {
    const limits = limitsOf(PREPARED_MEMORY_MB, PREPARED_SCRATCH_MB);
    const sandbox = await this.#create(runtime.directories, limits);
    try {
      // Nobody waits for it. Frozen once it is ready, it has forgotten that.
      sandbox.standBack();
      const inside = (path: string): string => sandbox.pathInside(path);
      const argv = runtime.argv(inside, PREPARED_MEMORY_MB);
      // What its forks leave behind is known by the variables it was started with.
      const env = { ...runtime.env(inside), ...temporaryVariable(inside) };
      const command = { argv, env, cwd: '/', channel: true };
      return await PreparedRuntime.from(sandbox, await sandbox.exec(command), packages, onLost, unwanted);
    } catch (error) {
      await sandbox.destroy();
      throw error;
    }
  }

  async #create(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<Sandbox> {
    const { scratchRoot } = this.#options;
    await this.#cleared;
    const id = randomBytes(16).toString('hex');
    const scratchDirectory = join(scratchRoot, id);
    return await this.#driver.create({ id, readOnlyDirectories: directories, scratchDirectory, limits });
  }
}

function limitsOf(memoryMb: number, scratchMb: number, memoryMbPerCpu = MEMORY_MB_PER_CPU): SandboxLimits {
  const cpuShare = Math.min(memoryMb / memoryMbPerCpu, MOST_CPUS);
  return { memoryMb, cpuShare, scratchMb, processes: PROCESSES, openFiles: OPEN_FILES };
}
