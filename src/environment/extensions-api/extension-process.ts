import type { SandboxExit, SandboxProcess } from '../../sandbox/sandbox.ts';
import { LineSplitter } from '../line-splitter.ts';
import type { OutputPace } from '../output-pace.ts';

/** After an exit the pipe ends at once, unless a process that left the group holds it. */
const LAST_OUTPUT_MS = 250;

/** The process of one external extension: from its start until it has ended and all it wrote was read. */
export class ExtensionProcess {
  readonly #process: SandboxProcess;
  readonly #pace: OutputPace;
  readonly ended: Promise<SandboxExit>;

  constructor(process: SandboxProcess, onLog: (line: string) => void, pace: OutputPace) {
    this.#process = process;
    this.#pace = pace;
    const lines = new LineSplitter(onLog);
    pace.read(process.output, (chunk) => {
      pace.addBytes(chunk.length);
      lines.push(chunk);
    });
    this.ended = this.#end(lines);
  }

  setActive(active: boolean): void {
    this.#process.setActive(active);
  }

  kill(): void {
    this.#process.kill();
  }

  async #end(lines: LineSplitter): Promise<SandboxExit> {
    const { output } = this.#process;
    const closed = new Promise<void>((resolve) => output.once('close', () => resolve()));
    const exit = await this.#process.exited;
    this.#pace.release(output);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LAST_OUTPUT_MS);
    await Promise.race([closed, late.promise]);
    clearTimeout(timer);
    // An error it posted just before its end may still be on its way through the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    output.destroy();
    lines.flush();
    return exit;
  }
}
