// Runs a command beside a PostgreSQL server of its own, for tests:
//   node tools/private-postgres.mjs [--] COMMAND [ARGUMENT ...]
// The command finds the server's URL in LAMBENT_TEST_POSTGRES and may create databases there. The server keeps
// its files in a temporary directory, listens on a free loopback port, and is gone afterwards.
// With --check it only says whether that would work. Exit code 3: the server's programs are missing.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const MISSING = 3;
const START_ATTEMPTS = 3;
const START_LIMIT_MS = 30_000;
const USER = 'lambent';

const words = process.argv.slice(2);
const { programs, account, missing } = surroundings();
if (missing !== undefined) {
  console.error(missing);
  process.exit(MISSING);
}
if (words[0] === '--check') {
  console.log(`PostgreSQL programs: ${programs}`);
  process.exit(0);
}
const [command, ...rest] = words[0] === '--' ? words.slice(1) : words;
if (command === undefined) {
  console.error('Usage: node tools/private-postgres.mjs [--check] [--] COMMAND [ARGUMENT ...]');
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'lambent-postgres-'));
if (account !== undefined) chownSync(directory, account.uid, account.gid);
let server;
let child;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stop.abort();
    child?.kill(signal);
  });
}
try {
  const url = await startServer();
  process.exitCode = stop.signal.aborted ? 1 : await runCommand(url);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopServer();
  rmSync(directory, { recursive: true, force: true });
}

/** Where the server's programs are, and as whom they run: PostgreSQL refuses to be root. */
function surroundings() {
  const found = programFolders().find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (found === undefined) {
    return {
      missing:
        'PostgreSQL is not installed: no initdb and postgres under /usr/lib/postgresql or on the PATH.',
    };
  }
  if (process.getuid?.() !== 0) return { programs: found };
  const other = unprivilegedAccount();
  if (other === undefined)
    return { missing: 'PostgreSQL does not run as root, and there is no user postgres or nobody.' };
  return { programs: found, account: other };
}

/** Debian's versioned folders, the newest first, then the PATH. */
function programFolders() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...versions.map((version) => join(debian, version, 'bin')), ...path];
}

function unprivilegedAccount() {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const line = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody');
  return line === undefined ? undefined : { uid: Number(line[2]), gid: Number(line[3]) };
}

async function startServer() {
  const password = randomBytes(16).toString('hex');
  initialise(password);
  for (let attempt = 1; attempt <= START_ATTEMPTS && !stop.signal.aborted; attempt += 1) {
    const port = await freePort();
    if (await launch(port)) return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
  }
  throw new Error(`The private PostgreSQL server does not start:\n${serverLog()}`);
}

function initialise(password) {
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  const result = spawnSync(
    join(programs, 'initdb'),
    [
      '--pgdata',
      join(directory, 'data'),
      '--username',
      USER,
      '--pwfile',
      passwordFile,
      '--auth',
      'scram-sha-256',
      '--encoding',
      'UTF8',
      '--locale',
      'C.UTF-8',
      '--no-sync',
    ],
    { ...account, cwd: directory, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
}

/** @returns whether it accepts connections; another program may have taken the port meanwhile */
async function launch(port) {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'on',
    max_connections: 200,
    shared_buffers: '64MB',
    logging_collector: 'on',
    log_directory: directory,
    log_filename: 'server.log',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  server = spawn(join(programs, 'postgres'), ['-D', join(directory, 'data'), ...flags], {
    ...account,
    cwd: directory,
    stdio: 'ignore',
    // In a group of its own, so that Ctrl-C in a terminal ends the command first and the server after it.
    detached: true,
  });
  const until = performance.now() + START_LIMIT_MS;
  while (server.exitCode === null && performance.now() < until && !stop.signal.aborted) {
    if (isReady()) return true;
    await delay(25);
  }
  await stopServer();
  return false;
}

/** The server notes its state in the eighth line of its pid file. */
function isReady() {
  const file = join(directory, 'data', 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}

function serverLog() {
  const file = join(directory, 'server.log');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : '(it left no log)';
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function runCommand(url) {
  child = spawn(command, rest, { stdio: 'inherit', env: { ...process.env, LAMBENT_TEST_POSTGRES: url } });
  const [code, signal] = await Promise.race([
    once(child, 'exit'),
    once(child, 'error').then(([error]) => {
      throw new Error(`Cannot run ${command}: ${error.message}`);
    }),
  ]);
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

async function stopServer() {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  // SIGINT is the fast shutdown: connections are cut, files are left in order.
  server.kill('SIGINT');
  await exited;
}
