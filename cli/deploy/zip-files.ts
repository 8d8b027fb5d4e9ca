import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { PackagedFile } from './list-files.ts';

// DOS time has no zone and starts in 1980: the same fields on every machine.
const fixedTime = new Date(1980, 0, 1);

/** A zip that depends on paths, content and executable bits only: the same folder gives the same CodeSha256. */
export async function zipFiles(files: readonly PackagedFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, source, isExecutable } of files) {
    const mode = isExecutable ? 0o100755 : 0o100644;
    zip.addBuffer(readFileSync(source), path, { mtime: fixedTime, mode, forceDosTimestamp: true });
  }
  zip.end();
  return await buffer(zip.outputStream);
}
