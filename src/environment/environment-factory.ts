import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import type { LogSink } from '../model/log-sink.ts';
import type { TraceDoor } from '../model/trace-sink.ts';
import { ServiceError } from '../model/service-error.ts';
import type { Sandbox, SandboxDriver, SharedDirectory } from '../sandbox/sandbox.ts';
import type { CodeDirectories } from './code-directory.ts';
import { Deadlines } from './deadlines.ts';
import { EnvironmentLog } from './environment-log.ts';
import type { ExecutionCredentials } from './execution-credentials.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import { EnvironmentRecords } from './environment-records.ts';
import { EnvironmentSandboxes, type EnvironmentSandbox } from './environment-sandboxes.ts';
import type { EnvironmentState } from './environment-state.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import { SharedEnvironment } from './managed/shared-environment.ts';
import { findExtensions } from './extensions-api/find-extensions.ts';
import { IdleFreezer } from './idle-freezer.ts';
import { type InitializationType, initLimitMs } from './initialization-type.ts';
import { OutputPace, OutputPacing } from './output-pace.ts';
import type { PreparedRuntimes } from './prepared/prepared-runtimes.ts';
import { RuntimeApi } from './runtime-api/runtime-api.ts';
import type { ResolvedRuntime, RuntimeCatalog } from './runtime-catalog.ts';
import { runtimeIdentity } from './runtime-identity.ts';
import { type LauncherParts, RuntimeLauncher } from './runtime-launcher.ts';
import { TraceDaemons } from './trace-daemon/trace-daemons.ts';
import { EnvironmentTelemetry } from './telemetry-api/environment-telemetry.ts';

export interface EnvironmentFactoryOptions {
  readonly driver: SandboxDriver;
  /** See `EnvironmentParts`; false unless set. */
  readonly hasSpareProcessors?: boolean;
  readonly runtimes: RuntimeCatalog;
  readonly code: Pick<CodeDirectories, 'prepare' | 'prepareLayers'>;
  readonly logs: LogSink;
  readonly clock: Clock;
  /** Where functions' own segments go. */
  readonly traces: TraceDoor;
  readonly endpointUrl: () => string;
  readonly credentials: (version: FunctionVersion) => ExecutionCredentials;
  /** A directory of our own: each environment's /tmp is below it. */
  readonly scratchRoot: string;
  /** How long a function may take to initialise; Lambda's limits by default. */
  readonly initLimitMs?: number;
  /** How many runtimes of a kind to start ahead of need: a number, `auto` for what demand says, by default none. */
  readonly prepared?: number | 'auto';
  readonly onWarning: (text: string) => void;
}

/** Makes execution environments: runtime, code, sandbox, log stream, Runtime API. */
export class EnvironmentFactory {
  readonly records: EnvironmentRecords;
  readonly #options: EnvironmentFactoryOptions;
  readonly #sandboxes: EnvironmentSandboxes;
  readonly #api = new RuntimeApi();
  readonly #daemons: TraceDaemons;
  readonly #deadlines = new Deadlines();
  readonly #pacing = new OutputPacing();
  readonly #freezer = new IdleFreezer();

  /** @param isStarting environments are starting */
  constructor(options: EnvironmentFactoryOptions, isStarting: () => boolean) {
    this.#options = options;
    this.#daemons = new TraceDaemons(options.traces);
    this.records = new EnvironmentRecords(options.driver.isolation);
    this.#sandboxes = new EnvironmentSandboxes({
      prepared: 0,
      ...options,
      isStarting,
      onEvent: (event) => this.records.onSandboxEvent(event),
    });
  }

  get prepared(): PreparedRuntimes {
    return this.#sandboxes.prepared;
  }

  /** A function was deployed, and may soon start. What keeps it from starting will show then. */
  async expect(version: FunctionVersion): Promise<void> {
    if (this.prepared.isOff) return;
    try {
      const runtime = await this.#options.runtimes.resolve(version.runtime);
      await this.#sandboxes.expect(version, runtime, await this.#code(version));
    } catch {
      // Nobody has asked for it yet.
    }
  }

  /**
   * Throws ServiceError with the code Invoke has for what is missing. The environment is not started yet.
   * @param isSuspect others like it have just failed: it does not get in anybody's way
   */
  async create(
    version: FunctionVersion,
    initializationType: InitializationType,
    isSuspect: boolean,
    listener: Pick<EnvironmentParts<ExecutionEnvironment>, 'onAvailable' | 'onIdleLost'>,
  ): Promise<ExecutionEnvironment> {
    return await this.#create(version, initializationType, (parts) => {
      if (isSuspect) parts.sandbox.standBack();
      return new ExecutionEnvironment({ ...parts, ...listener });
    });
  }

  /** As `create`, for an environment that takes so many invocations at once. */
  async createShared(
    version: FunctionVersion,
    most: number,
    listener: Pick<EnvironmentParts<SharedEnvironment>, 'onAvailable' | 'onIdleLost'>,
  ): Promise<SharedEnvironment> {
    return await this.#create(
      version,
      'lambda-managed-instances',
      (parts) => new SharedEnvironment({ ...parts, ...listener }, most),
    );
  }

  async #create<Environment extends { readonly state: EnvironmentState }>(
    version: FunctionVersion,
    initializationType: InitializationType,
    make: (parts: Omit<EnvironmentParts<Environment>, 'onAvailable' | 'onIdleLost'>) => Environment,
  ): Promise<Environment> {
    const runtime = await this.#runtime(version);
    const code = await this.#code(version);
    const begin = async (mayBePrepared: boolean) => {
      const obtained = await this.#sandboxes.obtain(version, runtime, code, mayBePrepared);
      const directories = [...code, ...runtime.directories];
      const what = { version, initializationType, runtime, directories };
      // While the sandbox gets the function's code.
      return { environment: await this.#assemble(what, obtained, make), isComplete: await obtained.complete };
    };
    const first = await begin(initializationType === 'on-demand');
    return first.isComplete ? first.environment : (await begin(false)).environment;
  }

  async #assemble<Environment extends { readonly state: EnvironmentState }>(
    what: Pick<LauncherParts, 'version' | 'initializationType' | 'runtime' | 'directories'>,
    { sandbox, prepared }: EnvironmentSandbox,
    make: (parts: Omit<EnvironmentParts<Environment>, 'onAvailable' | 'onIdleLost'>) => Environment,
  ): Promise<Environment> {
    const { version, initializationType, directories } = what;
    const { clock, endpointUrl, credentials, onWarning } = this.#options;
    const observers = this.#observers(version, initializationType, sandbox);
    const logStream = observers.log.streamName;
    const launcher = new RuntimeLauncher({
      ...what,
      sandbox,
      prepared,
      extensionNames: await findExtensions(directories),
      api: this.#api,
      daemons: this.#daemons,
      logStream,
      endpointUrl,
      credentials,
    });
    const identity = runtimeIdentity(version.runtime, version.region);
    const environment = make({
      version,
      sandbox,
      launcher,
      ...observers,
      identity,
      initLimitMs: this.#options.initLimitMs ?? initLimitMs(initializationType, version.timeoutMs),
      isStartAwaited: initializationType === 'on-demand',
      deadlines: this.#deadlines,
      sharesClock: this.#options.driver.sharesClock,
      hasSpareProcessors: this.#options.hasSpareProcessors ?? false,
      freezer: this.#freezer,
      onWarning,
    });
    this.records.add({
      id: sandbox.id,
      version,
      initializationType,
      prepared: prepared !== undefined,
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
    // What it prints takes the time of others: that of the platform, and that of whoever waits for a processor.
    const pace = new OutputPace(this.#pacing, () => sandbox.standBack());
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
