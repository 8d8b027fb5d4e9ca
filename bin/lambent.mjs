#!/usr/bin/env node
// The `lambent` command: finds the Node.js it needs and hands over. No dependencies, runs on Node.js 20 and newer.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
// One Ctrl-C under npm arrives twice within milliseconds: from the terminal and from npm.
const sameKeyPressMs = 100;
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

const asked = process.argv.slice(2);
/** Commands of the server's own program; all others talk to a Lambent that runs. */
const serverCommands = { start: 'main', doctor: 'doctor', backup: 'backup', worker: 'worker' };
const argv = asked[0] === 'help' && Object.hasOwn(serverCommands, asked[1]) ? [asked[1], '--help'] : asked;

if (Number(process.versions.node.split('.')[0]) < neededMajor) relaunch();
else await run();

async function run() {
  module.enableCompileCache();
  // Started by `relaunch` below: leave when the process that passes our signals on is gone.
  if (process.channel) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel.unref();
  }
  const isServers = Object.hasOwn(serverCommands, argv[0]);
  const program = join(root, isServers ? 'dist/server.js' : 'dist/cli/main.js');
  if (!existsSync(program)) {
    fail(`it is not built yet. In ${root}, run: npm start (or: npm run build)`);
    return;
  }
  const commands = await import(program);
  if (isServers) await commands[serverCommands[argv[0]]](argv.slice(1));
  else await commands.main(argv);
}

/** Runs this same command with the Node.js that is installed beside Lambent, and ends as it ends. */
function relaunch() {
  const node = pinnedNode();
  if (node === undefined) {
    const found = `this is ${process.version}`;
    fail(`it needs Node.js ${neededMajor}, ${found}. In ${root}, run: npm start (it installs the right one)`);
    return;
  }
  // In a session of its own, so that a Ctrl-C reaches it once: through us.
  const child = spawn(node, [...process.execArgv, self, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const lastAt = new Map();
  const pass = (signal) => {
    const now = performance.now();
    const isRepeat = now - (lastAt.get(signal) ?? Number.NEGATIVE_INFINITY) < sameKeyPressMs;
    lastAt.set(signal, now);
    if (!isRepeat) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, pass);
  child.once('error', (error) => fail(`${node} cannot be started: ${error.message}`));
  child.once('exit', (code, signal) => {
    for (const name of signals) process.off(name, pass);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}

function pinnedNode() {
  try {
    const manifest = module.createRequire(import.meta.url).resolve('node/package.json');
    const node = join(dirname(manifest), 'bin/node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`lambent: ${message}\n`);
  process.exitCode = 1;
}
