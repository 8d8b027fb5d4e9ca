import { chmod, mkdir, rm } from 'node:fs/promises';
import type { ScratchMedium, ScratchRequest } from './warden/warden-messages.ts';
import type { Warden } from './warden/warden.ts';

/** A sandbox's /tmp: a file system of its own, as large as its limit, that lasts as long as the sandbox. */
export class Scratch {
  #request: ScratchRequest;
  #warden: Warden | undefined;

  #medium: ScratchMedium | undefined;

  constructor(request: ScratchRequest) {
    this.#request = request;
  }

  get medium(): ScratchMedium | undefined {
    return this.#medium;
  }

  /** Before the first process, and again before the first that another warden starts: mounts end with their warden. */
  async prepare(warden: Warden): Promise<void> {
    if (this.#warden === warden) return;
    const { directory } = this.#request;
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o700);
    this.#medium = await warden.scratch(this.#request);
    this.#warden = warden;
  }

  /** A new limit comes with an empty file system, which takes the place of the one before also in what runs. */
  async limit(limitMb: number): Promise<void> {
    if (limitMb === this.#request.limitMb) return;
    this.#request = { ...this.#request, limitMb };
    await this.#warden?.scratch(this.#request);
  }

  async remove(): Promise<void> {
    const { directory } = this.#request;
    // Of a warden that has gone the mounts have gone too.
    await this.#warden?.clearScratch(directory).catch(() => undefined);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
