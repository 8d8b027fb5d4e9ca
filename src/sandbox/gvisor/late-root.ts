import type { Warden } from '../namespace/warden/warden.ts';
import type { SandboxSpec, SharedDirectory } from '../sandbox.ts';

/** Directories that appear in the root of a sandbox after it was made without its code: where the warden mounts them. */
export class LateRoot {
  readonly #root: string;
  readonly #isComplete: boolean;
  #warden: Warden | undefined;

  /** @param root the directory that sandboxes show as theirs */
  constructor({ readOnlyDirectories }: SandboxSpec, root: string) {
    this.#root = root;
    this.#isComplete = readOnlyDirectories.some(({ sandboxPath }) => sandboxPath === '/var/task');
  }

  /** Before the sandbox is made: only what was shared by then follows. */
  async prepare(warden: Warden): Promise<void> {
    if (this.#isComplete || this.#warden === warden) return;
    this.#warden = warden;
    await warden.share(this.#root);
  }

  async attach(shared: readonly SharedDirectory[]): Promise<void> {
    if (this.#warden === undefined) throw new Error('Nothing can be attached to this sandbox.');
    for (const { hostPath, sandboxPath } of shared)
      await this.#warden.attach(hostPath, this.#root + sandboxPath);
  }

  async remove(): Promise<void> {
    // Of a warden that has gone the mounts have gone too.
    await this.#warden?.detach(this.#root).catch(() => undefined);
  }
}
