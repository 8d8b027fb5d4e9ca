import type { SandboxExit, SandboxProcess } from '../sandbox/sandbox.ts';
import { listenToFrames } from './frame-channel.ts';
import type { OutputPace } from './output-pace.ts';
import type { RuntimeEvents } from './runtime-link.ts';

/** After an exit the pipes end at once, unless a process that left the group holds them: do not wait for that one. */
const LAST_OUTPUT_MS = 250;

/** Takes what a runtime process writes, in pieces that are valid until it returns. */
export interface Printed {
  /** Of its standard output and error. */
  output(chunk: Buffer): void;
  /** Of the log records that it writes to a descriptor of their own. */
  records(chunk: Buffer): void;
}

/** One life of a runtime process: from its start until it has ended and all it wrote was read. */
export class RuntimeSession {
  readonly #process: SandboxProcess;
  readonly #pace: OutputPace;
  /** Settles once, with the last byte of its output and channel handled. */
  readonly ended: Promise<SandboxExit>;

  /** @param events told what comes by its channel, if it has one; undefined: by that come log records */
  constructor(
    process: SandboxProcess,
    pace: OutputPace,
    printed: Printed,
    events: RuntimeEvents | undefined,
  ) {
    this.#process = process;
    this.#pace = pace;
    pace.read(process.output, (chunk) => printed.output(chunk));
    const { channel, answers } = process;
    if (channel !== undefined && answers !== undefined) {
      if (events === undefined) pace.read(answers, (chunk) => printed.records(chunk));
      else listenToFrames(channel, answers, events, pace, () => process.kill());
    }
    this.ended = this.#end();
  }

  setActive(active: boolean): void {
    this.#process.setActive(active);
  }

  kill(): void {
    // A channel that waits for a slow caller must be read to its end all the same.
    this.#process.answers?.resume();
    this.#process.kill();
  }

  /** Lets the process end by itself, for so long. */
  async terminate(limitMs: number): Promise<void> {
    this.#process.terminate();
    const timer = setTimeout(() => this.kill(), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  async #end(): Promise<SandboxExit> {
    const { output, channel, answers } = this.#process;
    const closed = Promise.all([closeOf(output), closeOf(answers)]);
    const exit = await this.#process.exited;
    this.#pace.release(output);
    if (answers !== undefined) this.#pace.release(answers);
    answers?.resume();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LAST_OUTPUT_MS);
    await Promise.race([closed, late.promise]);
    clearTimeout(timer);
    // What it posted to the Runtime API just before the end may still be on its way through the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    output.destroy();
    channel?.destroy();
    answers?.destroy();
    return exit;
  }
}

function closeOf(stream: (NodeJS.EventEmitter & { readonly closed: boolean }) | undefined): Promise<void> {
  if (stream === undefined || stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
  });
}
