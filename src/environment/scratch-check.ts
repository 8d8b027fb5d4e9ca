import type { Sandbox } from '../sandbox/sandbox.ts';

/** Looking at /tmp costs a system call or more, so a busy environment is not looked at after every invocation. */
const CHECK_EVERY_MS = 1000;

/** Finds, between invocations, that a function has put more into /tmp than it may have. */
export class ScratchCheck {
  readonly #sandbox: Sandbox;
  readonly #onOverflow: () => void;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #overflows = false;

  constructor(sandbox: Sandbox, onOverflow: () => void) {
    this.#sandbox = sandbox;
    this.#onOverflow = onOverflow;
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
    const overflows = await this.#sandbox.scratchOverflows();
    if (!overflows || this.#overflows) return;
    this.#overflows = true;
    this.#onOverflow();
  }
}
