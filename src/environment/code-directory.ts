import { hash, randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FunctionVersion } from '../model/function-version.ts';
import { UNZIPPED_CODE_LIMIT_BYTES, ZIP_ENTRY_LIMIT } from '../model/limits.ts';
import { extractZips } from '../store/zip-archive.ts';

/** What a version runs from. */
export type UnpackedCode = Pick<FunctionVersion, 'codeSha256' | 'layerSha256s'>;

/** Four times as long as an invocation may take that had begun before the code was replaced. */
const UNNEEDED_MS = 3_600_000;

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
  readonly #now: () => number;
  /** When it was first seen that nobody needs it. */
  readonly #unneeded = new Map<string, number>();

  /**
   * @param root a directory of our own; what is in it is removed
   * @param blobPath where the archive with that SHA-256 is
   * @param now in milliseconds. Real time, not the platform's: environments run in it
   */
  constructor(root: string, blobPath: (sha256: string) => string, now = () => performance.now()) {
    this.#root = root;
    this.#blobPath = blobPath;
    this.#now = now;
    this.#swept = setAside(root);
  }

  /** The directory with the package's files. Concurrent calls share one extraction; a failed one is tried again. */
  prepare(sha256: string): Promise<string> {
    return this.#once(sha256, [sha256]);
  }

  /** The same for layers, at least one: each lies over those before it. */
  prepareLayers(sha256s: readonly string[]): Promise<string> {
    return this.#once(layersName(sha256s), sha256s);
  }

  /** All that a version runs from. */
  async prepareAll(version: UnpackedCode): Promise<void> {
    await this.prepare(version.codeSha256);
    if (version.layerSha256s.length > 0) await this.prepareLayers(version.layerSha256s);
  }

  /**
   * To be called every now and then: removes what has not been needed for so long that no environment runs from it any more.
   * @param versions all there are; those that are not among them need nothing
   */
  async removeUnneeded(versions: Iterable<UnpackedCode>): Promise<void> {
    const needed = new Set<string>();
    for (const { codeSha256, layerSha256s } of versions) {
      needed.add(codeSha256);
      if (layerSha256s.length > 0) needed.add(layersName(layerSha256s));
    }
    const now = this.#now();
    const old: string[] = [];
    for (const name of this.#unpacked) {
      const since = this.#unneeded.get(name) ?? now;
      if (needed.has(name)) this.#unneeded.delete(name);
      else this.#unneeded.set(name, since);
      if (!needed.has(name) && now - since >= UNNEEDED_MS) old.push(name);
    }
    await Promise.all(old.map(async (name) => await this.#remove(name)));
  }

  /** At once out of the way of who needs it again. */
  async #remove(name: string): Promise<void> {
    for (const known of [this.#prepared, this.#unpacked, this.#unneeded]) known.delete(name);
    const trash = oldName(this.#root);
    try {
      renameSync(join(this.#root, name), trash);
    } catch {
      // Cleared away by somebody else.
      return;
    }
    await rm(trash, { recursive: true, force: true }).catch(() => undefined);
  }

  #once(name: string, sha256s: readonly string[]): Promise<string> {
    this.#unneeded.delete(name);
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

/** One layer is a directory like a package. */
function layersName(sha256s: readonly string[]): string {
  const [only = '', ...others] = sha256s;
  return others.length === 0 ? only : `layers-${hash('sha256', sha256s.join())}`;
}

/** For what is to be removed: what is left of it, the next run removes. */
function oldName(root: string): string {
  return `${root}.old-${randomUUID()}`;
}

/**
 * A run never trusts what an earlier one unpacked: functions without a sandbox could write there, a power cut may have
 * left files half-written, and packages nobody uses any more would pile up. The move is quick, the removal goes on behind.
 */
async function setAside(root: string): Promise<void> {
  await rename(root, oldName(root)).catch(() => undefined);
  const names = await readdir(dirname(root)).catch(() => []);
  const old = names.filter((name) => name.startsWith(`${basename(root)}.old-`));
  for (const name of old)
    rm(join(dirname(root), name), { recursive: true, force: true }).catch(() => undefined);
}
