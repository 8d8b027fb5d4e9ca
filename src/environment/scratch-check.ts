import type { FunctionVersion } from '../model/function-version.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EnvironmentLog } from './environment-log.ts';

/** Looking at /tmp costs a system call or more, so a busy environment is not looked at after every invocation. */
const CHECK_EVERY_MS = 1000;

export interface ScratchCheckParts {
  readonly version: FunctionVersion;
  readonly sandbox: Sandbox;
  readonly log: EnvironmentLog;
  readonly onWarning: (text: string) => void;
}

/** Finds, between invocations, that a function has put more into /tmp than it may have; says so in both logs. */
export class ScratchCheck {
  readonly #parts: ScratchCheckParts;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #overflows = false;

  constructor(parts: ScratchCheckParts) {
    this.#parts = parts;
  }

  get overflows(): boolean {
    return this.#overflows;
  }

  afterInvocation(): void {
    const now = performance.now();
    if (now - this.#checkedAt < CHECK_EVERY_MS) return;
    this.#checkedAt = now;
    void this.#check();
  }

  async #check(): Promise<void> {
    const { log, onWarning, sandbox, version } = this.#parts;
    const overflows = await sandbox.scratchOverflows();
    if (!overflows || this.#overflows) return;
    this.#overflows = true;
    const limit = `${version.ephemeralStorageMb} MB`;
    const text = `/tmp holds more than its ${limit}: the execution environment is given up.`;
    log.notice(text);
    onWarning(`${version.functionArn}: ${text}`);
  }
}
