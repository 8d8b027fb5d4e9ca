import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UNZIPPED_CODE_LIMIT_BYTES, ZIP_ENTRY_LIMIT } from '../model/limits.ts';
import { extractZip } from '../store/zip-archive.ts';

/** Deployment packages, unpacked once each in a run of the platform: what environments see as /var/task. */
export class CodeDirectories {
  readonly #root: string;
  readonly #blobPath: (sha256: string) => string;
  readonly #swept: Promise<void>;
  readonly #prepared = new Map<string, Promise<string>>();

  /**
   * @param root a directory of our own; what is in it is removed
   * @param blobPath where the archive with that SHA-256 is
   */
  constructor(root: string, blobPath: (sha256: string) => string) {
    this.#root = root;
    this.#blobPath = blobPath;
    this.#swept = setAside(root);
  }

  /** The directory with the package's files. Concurrent calls share one extraction; a failed one is tried again. */
  prepare(sha256: string): Promise<string> {
    const known = this.#prepared.get(sha256);
    if (known !== undefined) return known;
    const prepared = this.#extract(sha256);
    this.#prepared.set(sha256, prepared);
    prepared.catch(() => this.#prepared.delete(sha256));
    return prepared;
  }

  async #extract(sha256: string): Promise<string> {
    await this.#swept;
    const directory = join(this.#root, sha256);
    await extractZip(this.#blobPath(sha256), directory, {
      maxUnzippedBytes: UNZIPPED_CODE_LIMIT_BYTES,
      maxEntries: ZIP_ENTRY_LIMIT,
    });
    return directory;
  }
}

/**
 * A run never trusts what an earlier one unpacked: functions without a sandbox could write there, a power cut may have
 * left files half-written, and packages nobody uses any more would pile up. The move is quick, the removal goes on behind.
 */
async function setAside(root: string): Promise<void> {
  await rename(root, `${root}.old-${randomUUID()}`).catch(() => undefined);
  const names = await readdir(dirname(root)).catch(() => []);
  const old = names.filter((name) => name.startsWith(`${basename(root)}.old-`));
  for (const name of old)
    rm(join(dirname(root), name), { recursive: true, force: true }).catch(() => undefined);
}
