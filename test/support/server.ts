import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Certificate } from './certificates.ts';
import { serverState } from './server-state.ts';
import type { OtherMachine } from './other-machines.ts';
import { AS_SERVER_USER, giveToServer, SERVER_USER } from './server-user.ts';

/** A real server in a process of its own, and clients for it. */
export interface TestServer {
  readonly endpoint: string;
  /** Believed by who speaks TLS with it. */
  readonly ca: Buffer | undefined;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sqs: SQSClient;
  readonly process: ChildProcess;
  /** What the server has printed so far. */
  readonly output: () => string;
  /** SIGTERM, waits for the end, removes the data directory it made. Returns the exit code; throws for any but 0. */
  stop(): Promise<number | null>;
  /** SIGKILL: the crash tests' way out. The data directory stays. */
  kill(): Promise<void>;
}

export interface TestServerOptions {
  /** Keep state here across restarts; otherwise the server is ephemeral. */
  readonly dataDir?: string;
  /** Otherwise what LAMBENT_E2E_STORE says. */
  readonly store?: 'sqlite' | 'postgres';
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** With it the server speaks TLS only. */
  readonly tls?: Certificate;
  /** Where it runs, if not in the network of these tests. */
  readonly machine?: OtherMachine;
  /** Hears how to kill the server, before it is ready. */
  readonly onSpawn?: (kill: () => void) => void;
}

const MAIN = join(import.meta.dirname, '../../bin/lambent.mjs');

/** LAMBENT_E2E_ISOLATION=namespace runs any test's servers at another level than the default. */
const ISOLATION = process.env['LAMBENT_E2E_ISOLATION']
  ? ['--isolation', process.env['LAMBENT_E2E_ISOLATION']]
  : [];

/** LAMBENT_E2E_WORKERS=3 runs any test's servers with so many workers. */
const WORKERS = process.env['LAMBENT_E2E_WORKERS'] ? ['--workers', process.env['LAMBENT_E2E_WORKERS']] : [];

export const ROLE = 'arn:aws:iam::000000000000:role/lambda-role';

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const state = await serverState(options.dataDir, options.store);
  const { tls, flags = [] } = options;
  const secure = tls === undefined ? [] : ['--tls-cert', tls.cert, '--tls-key', tls.key];
  const more = [...ISOLATION, ...WORKERS, ...secure];
  const program = [process.execPath, MAIN, 'start', '--port', '0', ...state.flags, ...more];
  const { machine } = options;
  // Only root enters it.
  const enter = machine === undefined ? [] : [...machine.enter, ...AS_SERVER_USER];
  const [first, ...parameters] = [...enter, ...program, ...flags] as [string, ...string[]];
  const child = spawn(first, parameters, {
    ...(machine === undefined && SERVER_USER),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...options.env },
  });
  options.onSpawn?.(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const own = await endpointFrom(child, () => output);
  const endpoint =
    machine === undefined ? own : `http://127.0.0.1:${await machine.entrance(Number(new URL(own).port))}`;
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...(tls !== undefined && {
      requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: tls.ca }) }),
    }),
  };
  const lambda = new LambdaClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const sqs = new SQSClient(settings);
  const exited = once(child, 'exit');
  const leave = async (signal: NodeJS.Signals): Promise<void> => {
    lambda.destroy();
    logs.destroy();
    sqs.destroy();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exited;
    }
  };
  return {
    endpoint,
    ca: tls?.ca,
    lambda,
    logs,
    sqs,
    process: child,
    output: () => output,
    stop: async () => {
      await leave('SIGTERM');
      await state.remove();
      if (child.exitCode)
        throw new Error(`The server ended with code ${child.exitCode}:\n${output.slice(-1000)}`);
      return child.exitCode;
    },
    kill: async () => await leave('SIGKILL'),
  };
}

/** A directory for one test's server state, and its removal. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lambent-test-'));
  await giveToServer(path);
  return { path, remove: async () => await rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** It takes a second; machines that many share have been seen to stall for twenty, again and again. */
const READY_WITHIN_MS = 100_000;

async function endpointFrom(child: ChildProcess, output: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = (): void => {
    const found = /https?:\/\/[\w.-]+:\d+/.exec(output())?.[0];
    if (found !== undefined) resolve(found.replace('localhost', '127.0.0.1'));
  };
  child.stdout?.on('data', look);
  // What it said last may come after its exit.
  child.once('close', (code) => reject(new Error(`The server ended with code ${code}:\n${output()}`)));
  const timer = setTimeout(() => {
    reject(new Error(`The server is not ready:\n${output()}`));
    // Nobody would ever stop it.
    child.kill('SIGKILL');
  }, READY_WITHIN_MS);
  return await promise.finally(() => clearTimeout(timer));
}
