import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxSpec, SharedDirectory } from '../sandbox.ts';
import type { LateDirectories } from './bubblewrap-arguments.ts';
import { Attachments } from './attachments.ts';
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
  readonly #root: string;
  readonly #attachments = new Attachments();

  /** @param root of this sandbox alone; made only when there is a place to mount to */
  constructor({ readOnlyDirectories }: SandboxSpec, root: string) {
    const given = new Set(readOnlyDirectories.map(({ sandboxPath }) => sandboxPath));
    const places = given.has(CODE) ? [] : PLACES.filter((path) => !given.has(path));
    this.#root = root;
    this.directories = new Map(places.map((path) => [path, join(root, path)]));
    this.#free = new Map(this.directories);
  }

  async prepare(warden: Warden): Promise<void> {
    const places = [...this.directories.values()];
    for (const place of places) await mkdir(place, { recursive: true });
    await this.#attachments.prepare(warden, places);
  }

  /** @throws Error for a path that was not prepared */
  async attach(shared: readonly SharedDirectory[]): Promise<void> {
    await Promise.all(
      shared.map(async ({ hostPath, sandboxPath }) => {
        const place = this.#free.get(sandboxPath);
        this.#free.delete(sandboxPath);
        if (place === undefined)
          throw new Error(`Nothing can be attached at ${sandboxPath} of this sandbox.`);
        await this.#attachments.attach(hostPath, place);
      }),
    );
  }

  async remove(): Promise<void> {
    if (this.directories.size === 0) return;
    await this.#attachments.remove(this.directories.values());
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }
}
