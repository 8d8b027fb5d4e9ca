import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireAbove } from './installation.ts';
import { moveInto } from './runtime-directory.ts';

/** What a runtime's directory is compiled from. */
export interface CompiledContent {
  /** Below `runtimes/` of this installation, e.g. `java`. */
  readonly name: string;
  /** Ending of its sources. */
  readonly extension: string;
  /** What else the result depends on, for its name; no path separators. */
  readonly variant?: string;
}

/** By directory: several runtimes may want the same one. */
const building = new Map<string, Promise<string>>();

/**
 * Compiles a bootstrap into the directory a function sees as `/var/runtime`. Named after its content, built once.
 * @param compile makes everything that belongs into the directory it is given, from the sources' paths
 * @returns its absolute path
 */
export async function buildCompiledDirectory(
  cache: string,
  { name, extension, variant }: CompiledContent,
  compile: (directory: string, files: readonly string[]) => Promise<void>,
): Promise<string> {
  const source = requireAbove(`runtimes/${name}`);
  const names = (await readdir(source, { recursive: true }))
    .filter((each) => each.endsWith(extension))
    .sort();
  const files = names.map((each) => join(source, each));
  const hash = createHash('sha256');
  for (const [index, each] of names.entries())
    hash.update(`${each}\n`).update(await readFile(files[index] ?? ''));
  const kind = variant === undefined ? name : `${name}-${variant}`;
  const directory = join(cache, 'runtimes', `${kind}-${hash.digest('hex').slice(0, 16)}`);
  const known = building.get(directory);
  if (known !== undefined) return await known;
  if (existsSync(directory)) return directory;
  const built = build(directory, async (draft) => await compile(draft, files));
  building.set(directory, built);
  try {
    return await built;
  } finally {
    building.delete(directory);
  }
}

async function build(directory: string, compile: (draft: string) => Promise<void>): Promise<string> {
  const draft = `${directory}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await compile(draft);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  await moveInto(directory, draft);
  return directory;
}
