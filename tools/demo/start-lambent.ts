import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunningLambent {
  readonly endpoint: string;
  /** Rejects when the program ends by itself. */
  readonly ended: Promise<never>;
  /** Ends the program and removes what it wrote. */
  stop(): Promise<void>;
}

const startPatienceMs = 60_000;
const stopPatienceMs = 10_000;

/** Starts Lambent as a process of its own, keeping nothing, and waits until it says where it listens. */
export async function startLambent(root: string, signal: AbortSignal): Promise<RunningLambent> {
  const folder = mkdtempSync(join(tmpdir(), 'lambent-demo-'));
  const args = ['start', '--port', '0', '--ephemeral', '--log-level', 'warn'];
  const child = spawn(process.execPath, [join(root, 'bin/lambent.mjs'), ...args], {
    // The fourth tells it to leave, should the demo be killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Out of the terminal's reach: on Ctrl-C the demo stops it in order.
    detached: true,
    // The user's own settings stay out of it.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LAMBENT_'))),
    cwd: folder,
  });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const output = collect(child);
  const ended = once(child, 'exit').then(([code]: unknown[]): never => {
    throw new Error(`Lambent ended with exit code ${String(code)}.\n${output().trim()}`);
  });
  // It also ends when it is told to; nobody waits for that.
  ended.catch(() => undefined);
  try {
    return { endpoint: await Promise.race([readyAt(output, signal), ended]), ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

async function readyAt(output: () => string, signal: AbortSignal): Promise<string> {
  const giveUpAt = Date.now() + startPatienceMs;
  while (Date.now() < giveUpAt) {
    const [endpoint] = /https?:\/\/[^\s"]+:\d+/.exec(output()) ?? [];
    if (endpoint !== undefined && (await isHealthy(endpoint))) return endpoint;
    await sleep(10, undefined, { signal });
  }
  throw new Error(`Lambent was not ready after ${startPatienceMs / 1000} s.\n${output().trim()}`);
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_lambent/health`)).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
  await exited;
  clearTimeout(patience);
}
