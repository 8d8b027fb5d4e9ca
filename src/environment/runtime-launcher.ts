import { randomUUID } from 'node:crypto';
import type { FunctionVersion } from '../model/function-version.ts';
import type { Sandbox, SandboxProcess, SharedDirectory } from '../sandbox/sandbox.ts';
import { availabilityZoneId } from './availability-zone.ts';
import { executableError, findEntrypoint } from './entrypoint.ts';
import { environmentVariables, extensionVariables } from './environment-variables.ts';
import type { ExecutionCredentials } from './execution-credentials.ts';
import type { FunctionIdentity } from './extensions-api/extensions-api-routes.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { InitializationType } from './initialization-type.ts';
import type { OutputPace } from './output-pace.ts';
import type { PreparedRuntime } from './prepared/prepared-runtime.ts';
import type { ExtensionEndpoints, RuntimeApi, RuntimeApiListener } from './runtime-api/runtime-api.ts';
import type { ResolvedRuntime } from './runtime-catalog.ts';
import type { RuntimeEvents } from './runtime-link.ts';
import type { TraceDaemon, TraceDaemons } from './trace-daemon/trace-daemons.ts';

export interface LauncherParts {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: ResolvedRuntime;
  readonly sandbox: Sandbox;
  /** Waits in the sandbox to be the first runtime. */
  readonly prepared: PreparedRuntime | undefined;
  /** What the sandbox shares, /var/task among it. */
  readonly directories: readonly SharedDirectory[];
  /** Programs in /opt/extensions. */
  readonly extensionNames: readonly string[];
  readonly api: RuntimeApi;
  readonly daemons: TraceDaemons;
  readonly logStream: string;
  readonly endpointUrl: () => string;
  readonly credentials: (version: FunctionVersion) => ExecutionCredentials;
}

/** Starts the runtime process of one environment, again and again over its life; its Runtime API address stays. */
export class RuntimeLauncher {
  readonly #parts: LauncherParts;
  readonly #metadataToken = randomUUID();
  readonly #credentialsToken = randomUUID();
  #listener: RuntimeApiListener | undefined;
  /** Issued beforehand, for the first process: at that time nobody waits for them. */
  #credentials: ExecutionCredentials | undefined;
  #daemon: TraceDaemon | undefined;
  #prepared: PreparedRuntime | undefined;
  #isClosed = false;

  constructor(parts: LauncherParts) {
    this.#parts = parts;
    this.#prepared = parts.prepared;
    this.#credentials = parts.credentials(parts.version);
  }

  get extensionNames(): readonly string[] {
    return this.#parts.extensionNames;
  }

  /** The runtime's way to the platform on descriptor 5 carries log records, not frames. */
  get writesRecords(): boolean {
    return this.#parts.runtime.writesRecords === true;
  }

  get functionIdentity(): FunctionIdentity {
    const { name, version, handler, accountId } = this.#parts.version;
    return { functionName: name, functionVersion: version, handler, accountId };
  }

  /**
   * Opens the environment's APIs, before anything is started.
   * @param events told what the runtime says over the Runtime API
   * @param extensions told what extensions say over theirs
   * @param pace told what their requests cost
   */
  async open(events: RuntimeEvents, extensions: ExtensionEndpoints, pace: OutputPace): Promise<void> {
    const { api, version, sandbox, credentials: issue, initializationType } = this.#parts;
    const token = this.#metadataToken;
    const metadata = { token, availabilityZoneId: availabilityZoneId(version.region) };
    const { maxConcurrency } = version;
    const credentials =
      initializationType === 'snap-start'
        ? { token: this.#credentialsToken, issue: () => issue(version) }
        : undefined;
    const who = { events, extensions, metadata, credentials, pace, maxConcurrency };
    const isTraced = version.isTraced === true && this.#daemon === undefined;
    const daemon = isTraced ? this.#openDaemon(pace) : undefined;
    daemon?.catch(() => undefined);
    this.#listener ??= await api.listen(sandbox, who);
    await daemon;
    if (!this.#isClosed) return;
    this.close();
    throw new Error('The execution environment was removed.');
  }

  /** Starts the runtime, or says why the function cannot be started. Throws when the platform itself failed. */
  async launch(): Promise<SandboxProcess | FunctionFailure> {
    const { version, runtime, sandbox, directories } = this.#parts;
    const inside = (path: string): string => sandbox.pathInside(path);
    const entrypoint = await findEntrypoint(version, runtime, directories, inside);
    if ('errorType' in entrypoint) return entrypoint;
    const channel = runtime.protocol === 'frames' || this.writesRecords;
    const env = this.#variables();
    const cwd = inside('/var/task');
    const prepared = this.#takePrepared(entrypoint.argv, env, cwd);
    if (prepared !== undefined) return prepared;
    try {
      return await sandbox.exec({ argv: entrypoint.argv, env, cwd, channel });
    } catch (error) {
      return entrypoint.startFailure(codeOf(error));
    }
  }

  /** Starts an external extension beside the runtime. Returns the code of the system call that failed instead. */
  async launchExtension(name: string): Promise<SandboxProcess | string> {
    const { version, sandbox, directories } = this.#parts;
    const path = `/opt/extensions/${name}`;
    const code = await executableError(path, directories);
    if (code !== undefined) return code;
    const env = extensionVariables(this.#variables(), version);
    try {
      return await sandbox.execBeside({ argv: [sandbox.pathInside(path)], env, cwd: '/', channel: false });
    } catch (error) {
      return codeOf(error);
    }
  }

  /** The process has gone. */
  reset(): void {
    this.#listener?.reset();
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
    this.#daemon?.close();
  }

  async #openDaemon(pace: OutputPace): Promise<void> {
    const { daemons, sandbox, version } = this.#parts;
    this.#daemon = await daemons.open(sandbox, version, pace);
    if (this.#isClosed) this.#daemon.close();
  }

  /** The first time only; and not if it has ended since it was taken. */
  #takePrepared(
    argv: readonly string[],
    variables: Record<string, string>,
    directory: string,
  ): SandboxProcess | undefined {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    // Interpreter and bootstrap are what runs already.
    return prepared?.specialise({ variables, directory, arguments: argv.slice(2) });
  }

  #variables(): Record<string, string> {
    const { version, initializationType, runtime, sandbox, logStream, endpointUrl } = this.#parts;
    const credentials = this.#credentials ?? this.#parts.credentials(version);
    this.#credentials = undefined;
    return environmentVariables({
      version,
      initializationType,
      runtime,
      inside: (path) => sandbox.pathInside(path),
      credentials,
      logStream,
      runtimeApi: this.#listener?.address ?? '',
      metadataToken: this.#metadataToken,
      credentialsToken: this.#credentialsToken,
      traceDaemon: this.#daemon?.address,
      endpointUrl: endpointUrl(),
    });
  }
}

/** What the machine is short of. It says nothing of the program. */
const SHORTAGES: ReadonlySet<string | undefined> = new Set([
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
]);

/** Of the system call that failed. Throws what is the platform's own failure, not the program's. */
function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || SHORTAGES.has(code)) throw error;
  return code;
}
