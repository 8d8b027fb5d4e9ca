import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveToServer } from './server-user.ts';

/** A file system of a few megabytes that a test can fill. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Why there cannot be one, where that is so. */
  static async problem(): Promise<string | undefined> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux mounts a disk';
    try {
      await (await SmallDisk.mount(1)).remove();
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  static async mount(sizeMb: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'lambent-disk-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'none', path]);
    if (status !== 0) {
      await rm(path, { recursive: true });
      throw new Error(`no disk can be mounted: ${String(stderr).trim()}`);
    }
    await giveToServer(path);
    return new SmallDisk(path);
  }

  /** Leaves no byte of room. */
  fill(): void {
    const file = openSync(this.#filling, 'a');
    for (const size of [1_048_576, 4_096, 1]) {
      const block = Buffer.alloc(size);
      while (fits(file, block));
    }
    closeSync(file);
  }

  /** Gives back all that `fill` has taken. */
  free(): void {
    rmSync(this.#filling, { force: true });
  }

  async remove(): Promise<void> {
    spawnSync('umount', ['--lazy', this.path]);
    await rm(this.path, { recursive: true, force: true });
  }

  get #filling(): string {
    return join(this.path, 'filling');
  }
}

function fits(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) > 0;
  } catch {
    return false;
  }
}
