import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { InstallFailed } from './install-failed.ts';

/** A Node.js is some 50 MB. */
const NPM_LIMIT_MS = 10 * 60_000;
const MOST_LINES = 6;
const MOST_OUTPUT = 1 << 20;

/**
 * Runs the program in its place, and ends all of its process group when the other end of the shell's input closes: when the
 * platform says so, or is killed however suddenly. Nobody would be left to move what npm unpacks.
 */
const TIED_TO_US = `
exec 3<&0
(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@" </dev/null`;

/** @throws InstallFailed that says why and what to do */
export async function runNpm(parameters: readonly string[], directory: string): Promise<void> {
  const script = ['-c', TIED_TO_US, 'sh', ...npmCommand(), ...parameters];
  // A group of its own: it is ended as a whole.
  const npm = spawn('/bin/sh', script, { cwd: directory, detached: true });
  let output = '';
  const keep = (text: string): void => void (output = (output + text).slice(-MOST_OUTPUT));
  npm.stdout.setEncoding('utf8').on('data', keep);
  npm.stderr.setEncoding('utf8').on('data', keep);
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    npm.stdin.destroy();
  }, NPM_LIMIT_MS);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      npm.once('error', reject).once('close', resolve);
    });
    if (status !== 0) throw new InstallFailed(isLate ? TOO_LATE : explain(status, output));
  } finally {
    clearTimeout(limit);
    npm.stdin.destroy();
  }
}

/** The npm that started us where there is one, else the one on the PATH. */
function npmCommand(): readonly string[] {
  const started = process.env['npm_execpath'] ?? '';
  return basename(started).startsWith('npm') ? [process.execPath, started] : ['npm'];
}

/** What a shell ends with where it finds no such program. */
const NOT_FOUND = 127;
const TOO_LATE = `npm was not done after ${NPM_LIMIT_MS / 60_000} minutes. Is the registry slow? Try again.`;

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

function explain(status: number | null, output: string): string {
  if (status === NOT_FOUND)
    return 'npm is not on the PATH of the running Lambent. Install it, then start Lambent again.';
  const known = REASONS.find(([pattern]) => pattern.test(output));
  const said = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/A complete log|npm warn/i.test(line));
  return `${known?.[1] ?? 'npm could not install it.'} npm says: ${said.slice(-MOST_LINES).join(' | ')}`;
}
