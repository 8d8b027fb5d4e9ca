import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InstallFailed } from './install-failed.ts';
import { nodeDirectory, unpackingDirectory } from './installed-nodes.ts';
import type { Interpreter } from './interpreter.ts';
import { probeNode } from './node-interpreters.ts';
import { runNpm } from './run-npm.ts';

/**
 * Downloads the newest Node.js of a major by npm, from the registry npm is configured for. It is unpacked beside the
 * others and takes its place once it has shown that it runs.
 * @returns the version
 * @throws InstallFailed
 */
export async function installNode(major: number, installDirectory: string): Promise<Interpreter> {
  const draft = join(unpackingDirectory(installDirectory), randomUUID());
  const name = `node-${process.platform}-${process.arch}`;
  try {
    await mkdir(draft, { recursive: true });
    // Without a manifest npm would look for one in the folders above.
    await writeFile(join(draft, 'package.json'), '{"private":true}\n');
    await runNpm(
      [
        'install',
        '--no-save',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--no-package-lock',
        `${name}@${major}`,
      ],
      draft,
    );
    const unpacked = join(draft, 'node_modules', name);
    const found = await probeNode(join(unpacked, 'bin/node'));
    if (found?.release !== major)
      throw new InstallFailed(`The Node.js ${major} that npm installed does not run on this machine.`);
    const path = await putInPlace(unpacked, nodeDirectory(installDirectory, found.version));
    return { ...found, path, origin: 'installed' };
  } catch (error) {
    throw error instanceof InstallFailed ? error : new InstallFailed(String(error), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** One that is there already may be in use, and stays, unless it is damaged. @returns the program's path */
async function putInPlace(unpacked: string, directory: string): Promise<string> {
  const path = join(directory, 'bin/node');
  if ((await probeNode(path)) !== undefined) return path;
  await rm(directory, { recursive: true, force: true });
  await rename(unpacked, directory);
  return path;
}
