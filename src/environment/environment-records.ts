import type { FunctionVersion } from '../model/function-version.ts';
import type { SandboxEvent } from '../sandbox/guarded-sandbox.ts';
import type { IsolationLevel, SandboxStats } from '../sandbox/sandbox.ts';
import type { EnvironmentState } from './environment-state.ts';
import type { InitializationType } from './initialization-type.ts';

/** One living execution environment, as the platform's own routes show it. */
export interface EnvironmentRecord {
  readonly id: string;
  readonly functionArn: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly runtime: string;
  readonly initializationType: InitializationType;
  /** Its runtime had been started ahead of need. */
  readonly prepared: boolean;
  readonly isolation: IsolationLevel;
  readonly state: EnvironmentState;
  /** ISO 8601, platform time. */
  readonly createdAt: string;
  readonly logStream: string;
  /** Programs started in it that have not ended: the runtime and external extensions. */
  readonly programs: number;
  readonly memoryMb: number;
  /** Peak so far, bytes. */
  readonly memoryPeakBytes: number;
  /** Times a program of it was ended for want of memory. */
  readonly outOfMemory: number;
}

export interface RecordedEnvironment {
  readonly id: string;
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly prepared: boolean;
  readonly logStream: string;
  readonly createdAtMs: number;
  readonly state: () => EnvironmentState;
  readonly stats: () => SandboxStats;
}

interface Programs {
  running: number;
  outOfMemory: number;
}

/** Keeps a record of every environment from the making of its sandbox to its end. */
export class EnvironmentRecords {
  readonly #isolation: IsolationLevel;
  readonly #programs = new Map<string, Programs>();
  readonly #environments = new Map<string, RecordedEnvironment>();

  constructor(isolation: IsolationLevel) {
    this.#isolation = isolation;
  }

  onSandboxEvent(event: SandboxEvent): void {
    if (event.kind === 'created') this.#programs.set(event.id, { running: 0, outOfMemory: 0 });
    else if (event.kind === 'destroyed') {
      this.#programs.delete(event.id);
      this.#environments.delete(event.id);
    } else this.#count(this.#programs.get(event.id), event);
  }

  add(environment: RecordedEnvironment): void {
    // Its sandbox may be gone already: a prepared one that could not be used goes while the environment is being made.
    if (this.#programs.has(environment.id)) this.#environments.set(environment.id, environment);
  }

  /** The oldest first. */
  all(): EnvironmentRecord[] {
    return [...this.#environments.values()].map((environment) => this.#record(environment));
  }

  #count(programs: Programs | undefined, event: SandboxEvent): void {
    if (programs === undefined) return;
    programs.running += event.kind === 'started' ? 1 : -1;
    if (event.kind === 'exited' && event.exit.outOfMemory) programs.outOfMemory += 1;
  }

  #record(environment: RecordedEnvironment): EnvironmentRecord {
    const { id, version, initializationType, prepared, logStream, createdAtMs, state, stats } = environment;
    const { running, outOfMemory } = this.#programs.get(id) ?? { running: 0, outOfMemory: 0 };
    return {
      id,
      functionArn: version.functionArn,
      version: version.version,
      runtime: version.runtime,
      initializationType,
      prepared,
      isolation: this.#isolation,
      state: state(),
      createdAt: new Date(createdAtMs).toISOString(),
      logStream,
      programs: running,
      memoryMb: version.memoryMb,
      memoryPeakBytes: stats().memoryPeakBytes,
      outOfMemory,
    };
  }
}
