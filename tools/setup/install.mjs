import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join, sep } from 'node:path';
import process from 'node:process';
import { SetupError } from './setup-error.mjs';

/** The Node.js that everything but set-up runs on, pinned through the `node` package. */
export function pinnedNode(root) {
  return join(root, 'node_modules/node/bin/node');
}

/** Whether node_modules is what package-lock.json says. */
export function isInstalled(root) {
  if (!hasPinnedNode(root)) return false;
  const wanted = fingerprint(root);
  if (readText(stampFile(root)) === wanted) return true;
  // Someone ran npm by hand or touched the file: npm's own record of what it installed tells.
  if (!agreesWithLock(root)) return false;
  writeFileSync(stampFile(root), wanted);
  return true;
}

/**
 * Installs what package-lock.json says, development packages included, and leaves that file alone. Not `npm ci`: that
 * refuses a lock file without the packages for other platforms, and takes node_modules away from a running Lambent.
 */
export async function install(root) {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const { status, output } = await runNpm(root, ['install', '--no-save', '--include=dev', ...quiet]);
  if (status !== 0) throw new SetupError(explain(output));
  // Where npm does not run install scripts, the pinned Node.js is still missing.
  if (!hasPinnedNode(root)) await installPinnedNode(root);
  writeFileSync(stampFile(root), fingerprint(root));
}

async function installPinnedNode(root) {
  const cwd = join(root, 'node_modules/node');
  const { output } = await run(outsideNode(root), ['installArchSpecificPackage.js'], { cwd });
  if (!hasPinnedNode(root)) {
    throw new SetupError(
      `Node.js could not be installed for ${process.platform} ${process.arch}:\n${tail(output)}`,
    );
  }
}

function hasPinnedNode(root) {
  // The package comes with a text file in this place until its install script has run.
  return (statSync(pinnedNode(root), { throwIfNoEntry: false })?.size ?? 0) > 1_000_000;
}

const stampFile = (root) => join(root, 'node_modules/.lambent-setup');

/** Of the lock file as it was when it was last compared with what is installed. */
function fingerprint(root) {
  const stats = statSync(join(root, 'package-lock.json'), { throwIfNoEntry: false });
  return `${process.platform} ${process.arch} ${stats?.mtimeMs} ${stats?.size}`;
}

function agreesWithLock(root) {
  const locked = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(join(root, 'node_modules/.package-lock.json'));
  if (locked === undefined || installed === undefined) return false;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true;
    // Packages for other platforms are legitimately not there.
    return entry.version === installed[path]?.version || (entry.optional && installed[path] === undefined);
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Loaded when there is something to run: it would cost every start of an up-to-date checkout 15 ms. */
async function run(...call) {
  const { runProgram } = await import('./run-program.mjs');
  return await runProgram(...call);
}

/** The npm that started us where there is one, else the one on the PATH. */
async function runNpm(root, args) {
  const started = process.env.npm_execpath ?? '';
  const options = { cwd: root, env: process.env };
  try {
    if (basename(started).startsWith('npm')) return await run(outsideNode(root), [started, ...args], options);
    return await run('npm', args, options);
  } catch (error) {
    throw new SetupError(`npm cannot be started (${error.message}). Is it installed, and on the PATH?`);
  }
}

/** A Node.js outside node_modules, which npm may be about to replace. */
function outsideNode(root) {
  const inside = join(root, 'node_modules') + sep;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  const candidates = [process.env.npm_node_execpath, process.execPath, ...onPath];
  return candidates.find((node) => node && !node.startsWith(inside) && existsSync(node)) ?? process.execPath;
}

const reasons = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/,
    'The npm registry could not be reached. Packages are downloaded once: connect to the network and run the command again.',
  ],
  [/ENOSPC/, 'The disk is full: the packages need about 600 MB.'],
  [/EACCES|EPERM|EROFS/, 'node_modules cannot be written: run as the user who owns this folder.'],
];

function explain(output) {
  const known = reasons.find(([pattern]) => pattern.test(output));
  return `${known?.[1] ?? 'npm could not install the packages.'} npm says:\n${tail(output)}`;
}

function tail(text) {
  return text.trim().split('\n').slice(-12).join('\n');
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
