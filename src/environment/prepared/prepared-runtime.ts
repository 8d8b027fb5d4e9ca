import type { Sandbox, SandboxProcess } from '../../sandbox/sandbox.ts';
import { encodeFrame, FRAME, FrameDecoder } from '../frames.ts';

/** What a runtime that was started ahead becomes: see runtimes/FRAMES.md. */
export interface Specialisation {
  /** The whole environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
  readonly directory: string;
  /** What would stand behind the bootstrap in its command line. */
  readonly arguments: readonly string[];
}

/** A runtime that is not ready in this time is given up. */
const LIMIT_MS = 30_000;

/**
 * A sealed sandbox in which a runtime of ours waits to be told whose it is. Trusted until then: no code of a function has
 * run in it, and nothing of a function is in it. It serves one function, and is never taken back.
 */
export class PreparedRuntime {
  readonly sandbox: Sandbox;
  readonly #process: SandboxProcess;
  #isAlive = true;
  #isTaken = false;

  private constructor(sandbox: Sandbox, process: SandboxProcess, onLost: (lost: PreparedRuntime) => void) {
    this.sandbox = sandbox;
    this.#process = process;
    void this.#watch(onLost);
  }

  /**
   * Waits until the runtime in `process` has loaded what it may and waits itself. Rejects when it does not come to that.
   * @param onLost it ended while nobody had it
   * @param unwanted ends the wait
   */
  static async from(
    sandbox: Sandbox,
    process: SandboxProcess,
    packages: readonly string[],
    onLost: (lost: PreparedRuntime) => void,
    unwanted: AbortSignal,
  ): Promise<PreparedRuntime> {
    const prepared = new PreparedRuntime(sandbox, process, onLost);
    await prepared.#load(packages, unwanted);
    process.setActive(false);
    sandbox.freeze();
    return prepared;
  }

  /** For an environment, from now on and for good. */
  take(): void {
    this.sandbox.thaw();
    this.#isTaken = true;
  }

  /** Makes the runtime that of a function. Undefined when its process has ended. */
  specialise(specialisation: Specialisation): SandboxProcess | undefined {
    if (!this.#isAlive) return undefined;
    this.#process.setActive(true);
    this.#process.channel?.write(encodeFrame(FRAME.specialise, Buffer.from(JSON.stringify(specialisation))));
    return this.#process;
  }

  async #watch(onLost: (lost: PreparedRuntime) => void): Promise<void> {
    await this.#process.exited;
    this.#isAlive = false;
    if (!this.#isTaken) onLost(this);
  }

  async #load(packages: readonly string[], unwanted: AbortSignal): Promise<void> {
    unwanted.throwIfAborted();
    const { channel, answers, exited } = this.#process;
    if (channel === undefined || answers === undefined)
      throw new Error('A prepared runtime needs a channel.');
    const answer = Promise.withResolvers<void>();
    const decoder = new FrameDecoder((type) => {
      if (type === FRAME.prepared) answer.resolve();
      else answer.reject(new Error(`it sent a frame of type ${type} before it was anybody's`));
    });
    const onData = (chunk: Buffer): void => decoder.push(chunk);
    const timer = setTimeout(() => answer.reject(new Error('it was not ready in time')), LIMIT_MS);
    void exited.then(() => answer.reject(new Error('it ended')));
    const onUnwanted = (): void => answer.reject(new Error('it is not wanted any more'));
    unwanted.addEventListener('abort', onUnwanted);
    answers.on('data', onData);
    channel.write(encodeFrame(FRAME.prepare, Buffer.from(JSON.stringify({ packages }))));
    try {
      await answer.promise;
    } finally {
      clearTimeout(timer);
      unwanted.removeEventListener('abort', onUnwanted);
      answers.off('data', onData);
    }
  }
}
