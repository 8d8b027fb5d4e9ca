import { hash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FunctionVersion } from '../model/function-version.ts';
import { UNZIPPED_CODE_LIMIT_BYTES, ZIP_ENTRY_LIMIT } from '../model/limits.ts';
import { extractZips } from '../store/zip-archive.ts';

/**
 * Deployment packages and layers, unpacked once each in a run of the platform: what environments see as /var/task and
 * /opt. Layers that lie over each other are one directory for each combination.
 */
export class CodeDirectories {
  readonly #root: string;
  readonly #blobPath: (sha256: string) => string;
  readonly #swept: Promise<void>;
  readonly #prepared = new Map<string, Promise<string>>();
  readonly #unpacked = new Set<string>();

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
    return this.#once(sha256, [sha256]);
  }

  /** The same for layers, at least one: each lies over those before it. */
  prepareLayers(sha256s: readonly string[]): Promise<string> {
    const [only = '', ...others] = sha256s;
    if (others.length === 0) return this.prepare(only);
    return this.#once(`layers-${hash('sha256', sha256s.join())}`, sha256s);
  }

  /** All that a version runs from. */
  async prepareAll(version: Pick<FunctionVersion, 'codeSha256' | 'layerSha256s'>): Promise<void> {
    await this.prepare(version.codeSha256);
    if (version.layerSha256s.length > 0) await this.prepareLayers(version.layerSha256s);
  }

  #once(name: string, sha256s: readonly string[]): Promise<string> {
    const known = this.#prepared.get(name);
    if (known !== undefined && !this.#wasTaken(name)) return known;
    const prepared = this.#extract(name, sha256s);
    this.#prepared.set(name, prepared);
    prepared.then(
      () => this.#unpacked.add(name),
      () => this.#prepared.delete(name),
    );
    return prepared;
  }

  /** A cache gets cleared away, by whoever needs the room. */
  #wasTaken(name: string): boolean {
    return this.#unpacked.has(name) && !existsSync(join(this.#root, name)) && this.#unpacked.delete(name);
  }

  async #extract(name: string, sha256s: readonly string[]): Promise<string> {
    await this.#swept;
    const directory = join(this.#root, name);
    await extractZips(sha256s.map(this.#blobPath), directory, {
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
