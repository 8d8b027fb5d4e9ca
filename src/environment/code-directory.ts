import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { extractZip } from '../store/zip-archive.ts';

/** 250 MB, Lambda's limit for an unzipped package. */
const LARGEST_UNZIPPED_BYTES = 262_144_000;
const MOST_ENTRIES = 200_000;

/** Deployment packages, unpacked once each: what environments see as /var/task. */
export class CodeDirectories {
  readonly #root: string;
  readonly #blobPath: (sha256: string) => string;
  readonly #swept: Promise<void>;
  readonly #prepared = new Map<string, Promise<string>>();

  /**
   * @param root a directory of our own
   * @param blobPath where the archive with that SHA-256 is
   */
  constructor(root: string, blobPath: (sha256: string) => string) {
    this.#root = root;
    this.#blobPath = blobPath;
    this.#swept = removeUnfinished(root);
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

  /** No function uses the package any more. */
  async remove(sha256: string): Promise<void> {
    const prepared = this.#prepared.get(sha256);
    this.#prepared.delete(sha256);
    await prepared?.catch(() => undefined);
    await rm(join(this.#root, sha256), { recursive: true, force: true });
  }

  async #extract(sha256: string): Promise<string> {
    await this.#swept;
    const directory = join(this.#root, sha256);
    // Extraction ends with a rename, so a directory that is there, from an earlier run, is complete.
    const found = await stat(directory).catch(() => undefined);
    if (found !== undefined) return directory;
    await extractZip(this.#blobPath(sha256), directory, {
      maxUnzippedBytes: LARGEST_UNZIPPED_BYTES,
      maxEntries: MOST_ENTRIES,
    });
    return directory;
  }
}

/** What a platform that was killed while it unpacked left behind. */
async function removeUnfinished(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const unfinished = names.filter((name) => name.includes('.tmp-'));
  await Promise.all(unfinished.map((name) => rm(join(root, name), { recursive: true, force: true })));
}
