import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

const MODIFIED = new Date('2026-01-01T00:00:00Z');
const REGULAR_FILE = 0o100_000;
const EXECUTABLE = ['bootstrap', 'wrapper'];

/**
 * A deployment package with these files, byte for byte the same every time.
 * @param files path in the package to its content; `bootstrap` and `wrapper` are executable
 */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) {
    const mode = REGULAR_FILE | (EXECUTABLE.includes(path) ? 0o755 : 0o644);
    zip.addBuffer(Buffer.from(content), path, { mtime: MODIFIED, mode });
  }
  zip.end();
  return await buffer(zip.outputStream);
}

/**
 * A deployment package of a folder's files with their permissions; links to files are followed.
 * @param more files by their absolute paths, put at the package's top
 */
export async function zipFolder(folder: string, more: readonly string[] = []): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path);
    if (!found.isFile()) continue;
    const options = { mtime: MODIFIED, mode: REGULAR_FILE | (found.mode & 0o777) };
    zip.addBuffer(await readFile(path), relative(folder, path), options);
  }
  for (const path of more)
    zip.addBuffer(await readFile(path), basename(path), { mtime: MODIFIED, mode: REGULAR_FILE | 0o644 });
  zip.end();
  return await buffer(zip.outputStream);
}
