import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import type { LoadCommand, LoadResult } from './load-generator.ts';
import { startNode, stop } from './processes.ts';

/** The load generator's process, as an object. */
export class Load {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  #waiting: ((result: LoadResult) => void)[] = [];

  constructor(cpus: string | undefined) {
    this.#child = startNode([join(import.meta.dirname, 'load-generator.ts')], cpus);
    if (this.#child.stdout === null) throw new Error('the load generator has no output');
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#lines.on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
  }

  async run(command: LoadCommand): Promise<LoadResult> {
    const { promise, resolve } = Promise.withResolvers<LoadResult>();
    this.#waiting.push(resolve);
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    return await promise;
  }

  async close(): Promise<void> {
    this.#lines.close();
    await stop(this.#child);
  }
}
