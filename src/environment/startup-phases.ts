import { snapStartFailed, snapStartTimeout } from '../model/lambda-errors.ts';
import type { ServiceError } from '../model/service-error.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import { initTimedOut, restoreTimedOut } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { InitResult } from './init-attempt.ts';
import type { RuntimeProcess } from './runtime-process.ts';

/** What Lambda gives after-restore hooks. */
const RESTORE_LIMIT_MS = 10_000;

type PhasesParts = Pick<
  EnvironmentParts<unknown>,
  'identity' | 'initLimitMs' | 'log' | 'restoreLimitMs' | 'sandbox'
>;

export interface RestoreResult {
  readonly durationMs: number;
  /** What the caller is told where after-restore hooks fail. */
  readonly error: ServiceError | undefined;
}

/** The phases of an environment's life in which its processes get ready for events, with what the log says of them. */
export class StartupPhases {
  readonly #parts: PhasesParts;
  readonly #process: RuntimeProcess;
  readonly #isGone: () => boolean;

  /** @param isGone the environment was destroyed meanwhile */
  constructor(parts: PhasesParts, process: RuntimeProcess, isGone: () => boolean) {
    this.#parts = parts;
    this.#process = process;
    this.#isGone = isGone;
  }

  /** Init ahead of all invocations, within the limit for that. */
  async init(): Promise<InitResult> {
    this.#parts.log.initStart(this.#parts.identity, 'init');
    const result = await this.#initialise('init');
    if (result.failure !== undefined) await this.#process.extensionsEnded();
    return result;
  }

  /** Init inside an invocation, whose time limits it. */
  async initAgain(): Promise<InitResult> {
    return await this.#initialise('invoke');
  }

  async #initialise(phase: 'init' | 'invoke'): Promise<InitResult> {
    const { initLimitMs, log, sandbox } = this.#parts;
    const limit = phase === 'init' ? { limitMs: initLimitMs, failure: initTimedOut() } : undefined;
    // As on AWS, whatever its share: a start would take a small function ten times as long.
    sandbox.boost(true);
    // One that failed may fail again.
    if (phase === 'invoke') sandbox.standBack();
    const result = await this.#process.initialise(limit);
    if (this.#isGone()) return result;
    sandbox.boost(false);
    for (const extension of this.#process.extensionFacts) log.extension(extension);
    log.initDone(result.durationMs, phase, result.failure);
    return result;
  }

  /** What follows when an environment that has initialised and waits is needed. */
  async restore(): Promise<RestoreResult> {
    const { identity, log, restoreLimitMs = RESTORE_LIMIT_MS, sandbox } = this.#parts;
    log.restoreStart(identity);
    sandbox.boost(true);
    const limit = { limitMs: restoreLimitMs, failure: restoreTimedOut() };
    const { durationMs, failure } = await this.#process.restore(limit);
    if (!this.#isGone()) {
      sandbox.boost(false);
      log.restoreDone(durationMs, failure);
    }
    return { durationMs, error: failure === undefined ? undefined : restoreError(failure) };
  }
}

function restoreError({ status }: FunctionFailure): ServiceError {
  return status === 'timeout' ? snapStartTimeout() : snapStartFailed('An after-restore runtime hook');
}
