import { Attachments } from '../namespace/attachments.ts';
import type { Warden } from '../namespace/warden/warden.ts';
import type { SandboxSpec, SharedDirectory } from '../sandbox.ts';

/** Directories that appear in the root of a sandbox after it was made without its code: where the warden mounts them. */
export class LateRoot {
  readonly #root: string;
  readonly #isComplete: boolean;
  readonly #attachments = new Attachments();

  /** @param root the directory that sandboxes show as theirs */
  constructor({ readOnlyDirectories }: SandboxSpec, root: string) {
    this.#root = root;
    this.#isComplete = readOnlyDirectories.some(({ sandboxPath }) => sandboxPath === '/var/task');
  }

  async prepare(warden: Warden): Promise<void> {
    if (!this.#isComplete) await this.#attachments.prepare(warden, [this.#root]);
  }

  async attach(shared: readonly SharedDirectory[]): Promise<void> {
    for (const { hostPath, sandboxPath } of shared)
      await this.#attachments.attach(hostPath, this.#root + sandboxPath);
  }

  async remove(): Promise<void> {
    await this.#attachments.remove([this.#root]);
  }
}
