import type { FunctionVersion } from '../model/function-version.ts';
import type { Sandbox, SandboxProcess, SharedDirectory } from '../sandbox/sandbox.ts';
import { findEntrypoint } from './entrypoint.ts';
import { environmentVariables } from './environment-variables.ts';
import type { ExecutionCredentials } from './environment-variables.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { InitializationType } from './initialization-type.ts';
import type { RuntimeApi, RuntimeApiListener } from './runtime-api/runtime-api.ts';
import type { ResolvedRuntime } from './runtime-catalog.ts';
import type { RuntimeEvents } from './runtime-link.ts';

export interface LauncherParts {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: ResolvedRuntime;
  readonly sandbox: Sandbox;
  /** What the sandbox shares, /var/task among it. */
  readonly directories: readonly SharedDirectory[];
  readonly api: RuntimeApi;
  readonly logStream: string;
  readonly endpointUrl: () => string;
  readonly credentials: (version: FunctionVersion) => ExecutionCredentials;
}

/** Starts the runtime process of one environment, again and again over its life; its Runtime API address stays. */
export class RuntimeLauncher {
  readonly #parts: LauncherParts;
  #listener: RuntimeApiListener | undefined;
  #isClosed = false;

  constructor(parts: LauncherParts) {
    this.#parts = parts;
  }

  /**
   * Starts the process, or says why the function cannot be started. Throws when the platform itself failed.
   * @param events told what the process says over the Runtime API
   */
  async launch(events: RuntimeEvents): Promise<SandboxProcess | FunctionFailure> {
    const { version, runtime, sandbox, directories, api } = this.#parts;
    const listener = (this.#listener ??= await api.listen(events));
    if (this.#isClosed) {
      listener.close();
      throw new Error('The execution environment was removed.');
    }
    const inside = (path: string): string => sandbox.pathInside(path);
    const entrypoint = await findEntrypoint(version, runtime, directories, inside);
    if ('errorType' in entrypoint) return entrypoint;
    const env = environmentVariables({
      version,
      initializationType: this.#parts.initializationType,
      runtime,
      inside,
      credentials: this.#parts.credentials(version),
      logStream: this.#parts.logStream,
      runtimeApi: listener.address,
      endpointUrl: this.#parts.endpointUrl(),
    });
    const channel = runtime.protocol === 'frames';
    try {
      return await sandbox.exec({ argv: entrypoint.argv, env, cwd: inside('/var/task'), channel });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return entrypoint.startFailure(code);
    }
  }

  /** The process has gone. */
  reset(): void {
    this.#listener?.reset();
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
  }
}
