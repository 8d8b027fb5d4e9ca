import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Processors, PROCESSORS_FILE } from './processors.ts';

/** The processors on which one group may run. */
export class Places {
  readonly #file: string;
  readonly #processors: Processors;
  readonly #share: () => number;
  #isKeptOff = false;
  /** The last change has been made. */
  #changed: Promise<void> = Promise.resolve();

  /** @param share processors' worth of time that the group was promised, now */
  constructor(directory: string, processors: Processors, share: () => number) {
    this.#file = join(directory, PROCESSORS_FILE);
    this.#processors = processors;
    this.#share = share;
  }

  /** Keeps it off some of them, soon, unless it was promised more than the others have. Costs nothing when it is so already. */
  keepOff(isAsked: boolean): void {
    const { all, most } = this.#processors;
    const isKeptOff = isAsked && most !== undefined && this.#share() <= most.count;
    if (this.#isKeptOff === isKeptOff) return;
    this.#isKeptOff = isKeptOff;
    const list = isKeptOff ? most.list : all;
    // On nobody's way: it takes the kernel longer the more there is that runs. A group that has gone has no places.
    this.#changed = this.#changed.then(async () => await writeFile(this.#file, list)).catch(() => undefined);
  }
}
