import { execFile, type ExecFileException } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nodeDirectory, unpackingDirectory } from './installed-nodes.ts';
import type { Interpreter } from './interpreter.ts';
import { probeNode } from './node-interpreters.ts';

/** A runtime could not be installed; the message says why and what to do. */
export class InstallFailed extends Error {
  override readonly name = 'InstallFailed';
}

/** A Node.js is some 50 MB. */
const NPM_LIMIT_MS = 10 * 60_000;
const MOST_LINES = 6;

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

async function runNpm(parameters: readonly string[], directory: string): Promise<void> {
  const [program, ...first] = npmCommand();
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: directory, timeout: NPM_LIMIT_MS, maxBuffer: 16 << 20 };
    const npm = execFile(program, [...first, ...parameters], options, (error, output, errors) => {
      process.off('exit', leave);
      if (error === null) resolve();
      else reject(new InstallFailed(explain(error, `${output}\n${errors}`), { cause: error }));
    });
    // A platform that ends takes it along: nobody is left to move what it unpacks.
    const leave = (): void => void npm.kill('SIGKILL');
    process.once('exit', leave);
  });
}

/** The npm that started us where there is one, else the one on the PATH. */
function npmCommand(): [string, ...string[]] {
  const started = process.env['npm_execpath'] ?? '';
  return basename(started).startsWith('npm') ? [process.execPath, started] : ['npm'];
}

const REASONS: readonly [RegExp, string][] = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/,
    'The npm registry could not be reached. Connect to the network, or name a registry you can reach: npm config set registry URL.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERT_(?:HAS_EXPIRED|UNTRUSTED)|ERR_TLS_CERT/,
    "The npm registry's certificate is not trusted. Name who signs it: npm config set cafile FILE, or start Lambent with NODE_EXTRA_CA_CERTS=FILE.",
  ],
  [
    /\bE404\b|ETARGET|ENOVERSIONS/,
    'The npm registry does not have this Node.js for this machine. Look for one that does: npm config get registry.',
  ],
  [/\bE40[13]\b|ENEEDAUTH/, 'The npm registry refused: log in with npm login, or check the token in .npmrc.'],
  [/ENOSPC/, 'The disk is full: a Node.js needs about 200 MB while it is unpacked.'],
  [/EACCES|EPERM|EROFS/, 'The data directory cannot be written by the user Lambent runs as.'],
];

function explain(error: ExecFileException, output: string): string {
  if (error.code === 'ENOENT')
    return 'npm is not on the PATH of the running Lambent. Install it, then start Lambent again.';
  if (error.killed === true)
    return `npm was not done after ${NPM_LIMIT_MS / 60_000} minutes. Is the registry slow? Try again.`;
  const known = REASONS.find(([pattern]) => pattern.test(output));
  const said = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/A complete log|npm warn/i.test(line));
  return `${known?.[1] ?? 'npm could not install it.'} npm says: ${said.slice(-MOST_LINES).join(' | ')}`;
}
