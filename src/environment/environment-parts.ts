import type { FunctionVersion } from '../model/function-version.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Deadlines } from './deadlines.ts';
import type { EnvironmentLog } from './environment-log.ts';
import type { IdleFreezer } from './idle-freezer.ts';
import type { OutputPace } from './output-pace.ts';
import type { RuntimeLauncher } from './runtime-launcher.ts';
import type { RuntimeIdentity } from './system-lines.ts';
import type { EnvironmentTelemetry } from './telemetry-api/environment-telemetry.ts';

/** What the processes of an environment need: its runtime's and its extensions'. */
export interface ProcessParts {
  readonly version: FunctionVersion;
  readonly launcher: RuntimeLauncher;
  readonly telemetry: EnvironmentTelemetry;
  readonly pace: OutputPace;
}

/**
 * What an execution environment is made of, and whom it tells.
 * @template Environment what it calls itself when it tells them
 */
export interface EnvironmentParts<Environment> extends ProcessParts {
  readonly sandbox: Sandbox;
  readonly log: EnvironmentLog;
  readonly identity: RuntimeIdentity;
  readonly initLimitMs: number;
  /** Lambda's by default. */
  readonly restoreLimitMs?: number | undefined;
  /** An invocation waits for its initialisation, which is then part of what that one took. */
  readonly isStartAwaited: boolean;
  /** Shared by all environments. */
  readonly deadlines: Deadlines;
  readonly freezer: IdleFreezer;
  /** See `SandboxDriver`. */
  readonly sharesClock: boolean;
  /** The machine has more processors than the platform has processes: some are at rest where the platform is what limits. */
  readonly hasSpareProcessors: boolean;
  readonly onWarning: (text: string) => void;
  /**
   * The environment can take an invocation again. Called from within; it may invoke at once.
   * @param tookMs the last one, from its event to its response; undefined when it had none
   */
  readonly onAvailable: (environment: Environment, tookMs: number | undefined) => void;
  /** Its process has ended while there was nothing to do. */
  readonly onIdleLost: (environment: Environment) => void;
}
