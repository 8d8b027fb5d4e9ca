import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/**
 * A deployment package with these files, byte for byte the same every time.
 * @param files path in the package to its content
 * @param mode permission bits of every file; `bootstrap` is always executable
 */
export async function zipOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  mode = 0o644,
): Promise<Uint8Array> {
  const zip = new ZipFile();
  const mtime = new Date('2026-01-01T00:00:00Z');
  for (const [path, content] of Object.entries(files)) {
    const executable = path === 'bootstrap' ? 0o755 : mode;
    zip.addBuffer(Buffer.from(content), path, { mtime, mode: 0o100_000 | executable });
  }
  zip.end();
  return await buffer(zip.outputStream);
}
