import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deployEcho } from './lambent.ts';
import { stop } from './processes.ts';

/** Another program that runs functions on a machine of one's own. */
export interface Peer {
  readonly name: string;
  /** Into a folder of its own. Throws with the reason when that does not work. */
  install(folder: string): void;
  /** Serves the echo function; resolves when it may be asked. */
  start(folder: string, cpus: string | undefined): Promise<RunningPeer>;
}

export interface RunningPeer {
  readonly port: number;
  readonly path: string;
  stop(): Promise<void>;
}

const ECHO = 'exports.handler = async (event) => event;\n';
const READY_WITHIN_MS = 60_000;

const serverlessOffline: Peer = {
  name: 'serverless-offline',
  install(folder) {
    npmInstall(folder, ['serverless@3', 'serverless-offline@13']);
    writeFileSync(join(folder, 'index.js'), ECHO);
    writeFileSync(
      join(folder, 'serverless.yml'),
      [
        'service: bench',
        'provider: { name: aws, runtime: nodejs20.x }',
        'plugins: [serverless-offline]',
        'functions: { echo: { handler: index.handler } }',
        '',
      ].join('\n'),
    );
  },
  async start(folder, cpus) {
    const [port, otherPort] = [await freePort(), await freePort()];
    const program = join(folder, 'node_modules/serverless/bin/serverless.js');
    const ports = ['--lambdaPort', String(port), '--httpPort', String(otherPort), '--host', '127.0.0.1'];
    const quiet = { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
    const command = [process.execPath, program, 'offline', 'start', '--noTimeout', ...ports];
    return await running(command, cpus, folder, quiet, {
      port,
      path: '/2015-03-31/functions/bench-dev-echo/invocations',
    });
  },
};

const lambdaLocal: Peer = {
  name: 'lambda-local behind node:http',
  install(folder) {
    npmInstall(folder, ['lambda-local@2']);
    writeFileSync(join(folder, 'index.js'), ECHO);
    writeFileSync(
      join(folder, 'serve.js'),
      `const { execute, setLogger } = require('lambda-local');
setLogger({ log() {}, transports: [] });
const lambdaFunc = require('./index.js');
require('node:http').createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const event = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  const body = JSON.stringify(await execute({ event, lambdaFunc, lambdaHandler: 'handler', timeoutMs: 30000, verboseLevel: 0 }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
`,
    );
  },
  async start(folder, cpus) {
    const port = await freePort();
    const command = [process.execPath, join(folder, 'serve.js'), String(port)];
    return await running(command, cpus, folder, {}, { port, path: '/' });
  },
};

const miniStack: Peer = {
  name: 'MiniStack',
  install(folder) {
    mkdirSync(folder, { recursive: true });
    must('python3', ['-m', 'venv', folder]);
    must(join(folder, 'bin/pip'), ['install', '--quiet', 'ministack']);
  },
  async start(folder, cpus) {
    const port = await freePort();
    const quiet = { GATEWAY_PORT: String(port), LOG_LEVEL: 'ERROR' };
    const path = '/2015-03-31/functions/echo/invocations';
    const peer = await running([join(folder, 'bin/ministack')], cpus, folder, quiet, { port, path });
    await deployEcho(`http://127.0.0.1:${port}`);
    return peer;
  },
};

/** moto is not among them: without Docker it answers invokes with a text of its own and runs nothing. */
export const PEERS: readonly Peer[] = [serverlessOffline, lambdaLocal, miniStack];

function npmInstall(folder: string, packages: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const options = ['--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  must('npm', ['install', ...options, ...packages]);
}

function must(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${error?.message ?? stderr.slice(0, 500)}`);
}

async function running(
  command: readonly string[],
  cpus: string | undefined,
  cwd: string,
  env: Readonly<Record<string, string>>,
  at: Pick<RunningPeer, 'port' | 'path'>,
): Promise<RunningPeer> {
  const [program = '', ...args] = cpus === undefined ? command : ['taskset', '-c', cpus, ...command];
  const child = spawn(program, args, { cwd, stdio: 'ignore', env: { ...process.env, ...env } });
  try {
    await untilListening(child, at.port);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { ...at, stop: async () => await stop(child) };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it does not serve');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
