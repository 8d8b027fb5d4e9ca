import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a runtime's directory shall hold. */
export interface RuntimeDirectoryContent {
  /** e.g. `nodejs` */
  readonly name: string;
  /** Where the bootstrap's files are. */
  readonly source: string;
  /** Endings of the files to take. */
  readonly extensions: readonly string[];
  /** Changes what is in them. */
  readonly arrange?: (files: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
  /** Packages to link below `node_modules`: name to absolute path. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Builds the directory a function sees as `/var/runtime`: copies of the bootstrap, so that it stands alone, and
 * links to packages. Named after its content, built once, never changed.
 * @returns its absolute path
 */
export async function buildRuntimeDirectory(
  cache: string,
  content: RuntimeDirectoryContent,
): Promise<string> {
  const names = (await readdir(content.source)).filter((name) =>
    content.extensions.some((end) => name.endsWith(end)),
  );
  const sources = await Promise.all(
    names.sort().map(async (name): Promise<[string, string]> => {
      return [name, await readFile(join(content.source, name), 'utf8')];
    }),
  );
  const files = content.arrange?.(new Map(sources)) ?? new Map(sources);
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\n`).update(text);
  for (const [name, target] of content.packages) hash.update(`${name} ${target}\n`);
  const directory = join(cache, 'runtimes', `${content.name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  await Promise.all([...files].map(async ([name, text]) => await writeFile(join(draft, name), text)));
  for (const [name, target] of content.packages) await link(join(draft, 'node_modules', name), target);
  await moveInto(directory, draft);
  return directory;
}

async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

/** Another process may have built the same meanwhile: then its directory is as good. */
export async function moveInto(directory: string, draft: string): Promise<void> {
  try {
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
}
