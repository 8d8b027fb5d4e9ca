import { execFile } from 'node:child_process';
import { closeSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, PROGRAM_DIRECTORIES } from '../../find-program.ts';
import { attachLoop } from '../kernel/loop-device.ts';
import { looseMount } from '../kernel/loose-mount.ts';
import { readSparse, type SparseFile, writeSparse } from '../kernel/sparse-file.ts';

const MEBIBYTE = 1024 * 1024;
/** What nearly every sandbox has; kept in stock, as making one takes some milliseconds. */
const STOCKED_MB = 512;
const STOCK = 4;
/** Making more waits until there is likely to be time for it. */
const REFILL_AFTER_MS = 50;

/** File systems in files, mounted nowhere yet. The files have no names: they end with their mounts, as these with us. */
export class ScratchImages {
  readonly #program = findProgram('mkfs.ext4', PROGRAM_DIRECTORIES);
  readonly #templates = new Map<number, Promise<SparseFile>>();
  /** Descriptors of mounts. */
  readonly #stock: number[] = [];
  #isRefilling = false;
  /** Undefined until it was tried. */
  #isPossible = this.#program === undefined ? false : undefined;

  /**
   * @param directory for files
   * @returns the descriptor of a mount, or undefined where the machine cannot do that at all
   */
  async take(directory: string, limitMb: number): Promise<number | undefined> {
    if (this.#isPossible === false) return undefined;
    const ready = limitMb === STOCKED_MB ? this.#stock.shift() : undefined;
    try {
      const taken = ready ?? (await this.#make(directory, limitMb));
      this.#isPossible = true;
      this.#refillSoon(directory);
      return taken;
    } catch (error) {
      // What has worked fails for want of room or the like, which is no reason to fill the memory instead.
      if (this.#isPossible === true) throw error;
      // No loop devices, as in most containers: that will not change.
      this.#isPossible = false;
      return undefined;
    }
  }

  #refillSoon(directory: string): void {
    if (this.#isRefilling) return;
    this.#isRefilling = true;
    setTimeout(() => void this.#refill(directory), REFILL_AFTER_MS);
  }

  async #refill(directory: string): Promise<void> {
    try {
      while (this.#stock.length < STOCK) this.#stock.push(await this.#make(directory, STOCKED_MB));
    } catch {
      // Whoever needs one learns why there is none.
    } finally {
      this.#isRefilling = false;
    }
  }

  async #make(directory: string, limitMb: number): Promise<number> {
    return await mountImage(directory, await this.#template(directory, limitMb));
  }

  #template(directory: string, limitMb: number): Promise<SparseFile> {
    const known = this.#templates.get(limitMb);
    if (known !== undefined) return known;
    const template = makeTemplate(this.#program ?? '', directory, limitMb);
    this.#templates.set(limitMb, template);
    template.catch(() => this.#templates.delete(limitMb));
    return template;
  }
}

async function mountImage(directory: string, template: SparseFile): Promise<number> {
  const path = join(directory, `.image-${process.pid}-${process.hrtime.bigint()}`);
  const file = writeSparse(path, template);
  let device: ReturnType<typeof attachLoop>;
  try {
    device = attachLoop(file);
  } finally {
    rmSync(path);
    closeSync(file);
  }
  try {
    // What is deleted inside is given back to the disk outside.
    return await looseMount('ext4', { source: device.path, noinit_itable: true, discard: true });
  } finally {
    closeSync(device.descriptor);
  }
}

/** Without a journal, as nothing of it outlives a crash. */
async function makeTemplate(program: string, directory: string, limitMb: number): Promise<SparseFile> {
  const path = join(directory, `.template-${process.pid}-${limitMb}`);
  try {
    const file = await open(path, 'w', 0o600);
    await file.truncate(imageMb(limitMb) * MEBIBYTE);
    await file.close();
    const options = ['-O', '^has_journal,^resize_inode', '-E', 'lazy_itable_init=1,nodiscard', '-m', '0'];
    await promisify(execFile)(program, ['-q', '-F', '-b', '4096', ...options, path]);
    return readSparse(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** The file system's own tables take a sixtieth, and it keeps a fiftieth back for itself, 16 MB at most. */
function imageMb(limitMb: number): number {
  return Math.ceil(limitMb * 1.017 + Math.min(limitMb * 0.021, 16) + 3);
}
