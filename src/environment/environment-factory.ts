import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import type { LogSink } from '../model/log-sink.ts';
import { ServiceError } from '../model/service-error.ts';
import { guardedDriver } from '../sandbox/guarded-sandbox.ts';
import type { Sandbox, SandboxDriver, SharedDirectory } from '../sandbox/sandbox.ts';
import type { CodeDirectories } from './code-directory.ts';
import { Deadlines } from './deadlines.ts';
import { EnvironmentLog } from './environment-log.ts';
import type { ExecutionCredentials } from './environment-variables.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import { EnvironmentRecords } from './environment-records.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import { findExtensions } from './extensions-api/find-extensions.ts';
import { type InitializationType, initLimitMs } from './initialization-type.ts';
import { OutputPace, OutputPacing } from './output-pace.ts';
import { RuntimeApi } from './runtime-api/runtime-api.ts';
import type { ResolvedRuntime, RuntimeCatalog } from './runtime-catalog.ts';
import { runtimeIdentity } from './runtime-identity.ts';
import { RuntimeLauncher } from './runtime-launcher.ts';
import { EnvironmentTelemetry } from './telemetry-api/environment-telemetry.ts';

export interface EnvironmentFactoryOptions {
  readonly driver: SandboxDriver;
  readonly runtimes: RuntimeCatalog;
  readonly code: Pick<CodeDirectories, 'prepare' | 'prepareLayers'>;
  readonly logs: LogSink;
  readonly clock: Clock;
  readonly endpointUrl: () => string;
  readonly credentials: (version: FunctionVersion) => ExecutionCredentials;
  /** A directory of our own: each environment's /tmp is below it. */
  readonly scratchRoot: string;
  /** How long a function may take to initialise; Lambda's limits by default. */
  readonly initLimitMs?: number;
  readonly onWarning: (text: string) => void;
}

/** Documented limits of Lambda for one environment. */
const PROCESSES = 1024;
const OPEN_FILES = 1024;
/** A function gets processor time in proportion to its memory. */
const MEMORY_MB_PER_CPU = 1769;
const MOST_CPUS = 6;

/** Makes execution environments: runtime, code, sandbox, log stream, Runtime API. */
export class EnvironmentFactory {
  readonly records: EnvironmentRecords;
  readonly #options: EnvironmentFactoryOptions;
  readonly #driver: SandboxDriver;
  /** What a platform that was killed left behind is of no use to anybody. */
  readonly #cleared: Promise<void>;
  readonly #api = new RuntimeApi();
  readonly #deadlines = new Deadlines();
  readonly #pacing = new OutputPacing();

  constructor(options: EnvironmentFactoryOptions) {
    this.#options = options;
    this.records = new EnvironmentRecords(options.driver.isolation);
    this.#driver = guardedDriver(options.driver, (event) => this.records.onSandboxEvent(event));
    this.#cleared = rm(options.scratchRoot, { recursive: true, force: true });
    this.#cleared.catch(() => undefined);
  }

  /** Throws ServiceError with the code Invoke has for what is missing. The environment is not started yet. */
  async create(
    version: FunctionVersion,
    initializationType: InitializationType,
    listener: Pick<EnvironmentParts<ExecutionEnvironment>, 'onAvailable' | 'onIdleLost'>,
  ): Promise<ExecutionEnvironment> {
    const { clock, endpointUrl, credentials, scratchRoot, onWarning } = this.#options;
    await this.#cleared;
    const runtime = await this.#runtime(version);
    const directories: SharedDirectory[] = [...(await this.#code(version)), ...runtime.directories];
    const id = randomBytes(16).toString('hex');
    const sandbox = await this.#driver.create({
      id,
      readOnlyDirectories: directories,
      scratchDirectory: join(scratchRoot, id),
      limits: {
        memoryMb: version.memoryMb,
        cpuShare: Math.min(version.memoryMb / MEMORY_MB_PER_CPU, MOST_CPUS),
        scratchMb: version.ephemeralStorageMb,
        processes: PROCESSES,
        openFiles: OPEN_FILES,
      },
    });
    const observers = this.#observers(version, initializationType, sandbox);
    const logStream = observers.log.streamName;
    const launcher = new RuntimeLauncher({
      version,
      initializationType,
      runtime,
      sandbox,
      directories,
      extensionNames: await findExtensions(directories),
      api: this.#api,
      logStream,
      endpointUrl,
      credentials,
    });
    const identity = runtimeIdentity(version.runtime, version.region);
    const environment = new ExecutionEnvironment({
      version,
      sandbox,
      launcher,
      ...observers,
      identity,
      initLimitMs: this.#options.initLimitMs ?? initLimitMs(initializationType, version.timeoutMs),
      deadlines: this.#deadlines,
      ...listener,
      onWarning,
    });
    this.records.add({
      id,
      version,
      initializationType,
      logStream,
      createdAtMs: clock.now(),
      state: () => environment.state,
      stats: () => sandbox.stats(),
    });
    return environment;
  }

  /** What the environment writes to its log stream, how fast, and what it tells its extensions. */
  #observers(version: FunctionVersion, initializationType: InitializationType, sandbox: Sandbox) {
    const { logs, clock } = this.#options;
    const telemetry = new EnvironmentTelemetry({
      connect: (port) => sandbox.connect(port),
      hasJsonLogs: version.logFormat === 'JSON',
      now: () => clock.now(),
      onDropped: (dropped) => log.telemetryDropped(dropped),
    });
    const pace = new OutputPace(this.#pacing);
    const log: EnvironmentLog = new EnvironmentLog({
      version,
      initializationType,
      sink: logs,
      clock,
      suffix: sandbox.id,
      telemetry,
      pace,
    });
    return { log, telemetry, pace };
  }

  async #runtime({ runtime }: FunctionVersion): Promise<ResolvedRuntime> {
    try {
      const resolved = await this.#options.runtimes.resolve(runtime);
      if (resolved.warning !== undefined) this.#options.onWarning(resolved.warning);
      return resolved;
    } catch (error) {
      throw asServiceError(error, 'InvalidRuntimeException');
    }
  }

  async #code({ codeSha256, layerSha256s }: FunctionVersion): Promise<SharedDirectory[]> {
    const { code } = this.#options;
    try {
      const task = { hostPath: await code.prepare(codeSha256), sandboxPath: '/var/task' };
      if (layerSha256s.length === 0) return [task];
      return [task, { hostPath: await code.prepareLayers(layerSha256s), sandboxPath: '/opt' }];
    } catch (error) {
      throw asServiceError(error, 'InvalidZipFileException');
    }
  }
}

function asServiceError(error: unknown, code: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError(code, message, 502, { Type: 'User', Message: message });
}
