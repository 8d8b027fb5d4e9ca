import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxSpec, SharedDirectory } from '../sandbox.ts';
import type { LateDirectories } from './bubblewrap-arguments.ts';
import type { Warden } from './warden/warden.ts';

/** Where directories can be shared with what already runs, in a sandbox that was made without its code. */
const CODE = '/var/task';
const PLACES: readonly string[] = [CODE, '/opt'];

export function isLatePlace(sandboxPath: string): boolean {
  return PLACES.includes(sandboxPath);
}

/**
 * Directories that appear in a sandbox after its processes have started. Their places inside are copies of empty
 * directories here; what the warden mounts on those appears in the copies, in this sandbox and in no other.
 */
export class LateMounts {
  readonly directories: LateDirectories;
  /** Places where nothing has been attached yet. */
  readonly #free: Map<string, string>;
  /** What was attached, by its place here: mounts end with the warden that made them. */
  readonly #attached = new Map<string, string>();
  readonly #root: string;
  #warden: Warden | undefined;

  /** @param root of this sandbox alone; made only when there is a place to mount to */
  constructor({ readOnlyDirectories }: SandboxSpec, root: string) {
    const given = new Set(readOnlyDirectories.map(({ sandboxPath }) => sandboxPath));
    const places = given.has(CODE) ? [] : PLACES.filter((path) => !given.has(path));
    this.#root = root;
    this.directories = new Map(places.map((path) => [path, join(root, path)]));
    this.#free = new Map(this.directories);
  }

  /** Before the first process, and again before the first that another warden starts: what is shared by then follows. */
  async prepare(warden: Warden): Promise<void> {
    if (this.#warden === warden) return;
    this.#warden = warden;
    for (const directory of this.directories.values()) {
      await mkdir(directory, { recursive: true });
      await warden.share(directory);
    }
    for (const [place, hostPath] of this.#attached) await warden.attach(hostPath, place);
  }

  /** @throws Error for a path that was not prepared */
  async attach(shared: readonly SharedDirectory[]): Promise<void> {
    await Promise.all(
      shared.map(async ({ hostPath, sandboxPath }) => {
        const place = this.#free.get(sandboxPath);
        this.#free.delete(sandboxPath);
        if (place === undefined || this.#warden === undefined)
          throw new Error(`Nothing can be attached at ${sandboxPath} of this sandbox.`);
        await this.#warden.attach(hostPath, place);
        this.#attached.set(place, hostPath);
      }),
    );
  }

  async remove(): Promise<void> {
    const warden = this.#warden;
    if (warden === undefined || this.directories.size === 0) return;
    await Promise.all(
      [...this.directories.values()].map(async (directory) => {
        try {
          await warden.detach(directory);
        } catch {
          // Of a warden that has gone the mounts have gone too.
        }
      }),
    );
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }
}
