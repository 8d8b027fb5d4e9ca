import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Which processors the load generator and the measured servers get: never the same, where there are two or more. */
export interface Placement {
  readonly generator: string | undefined;
  readonly servers: string | undefined;
  readonly all: string | undefined;
  /**
   * What a front and what it is compared with get to themselves, and what functions get meanwhile; undefined where there
   * are too few processors for that: all servers then share theirs.
   */
  readonly front?: { readonly own: string; readonly functions: string } | undefined;
  readonly description: string;
}

export function placement(): Placement {
  const cores = availableParallelism();
  const pinned = cores >= 2 && spawnSync('taskset', ['--version']).status === 0;
  if (!pinned)
    return {
      generator: undefined,
      servers: undefined,
      all: undefined,
      description: `${cores} cores, not pinned`,
    };
  const servers = cores === 2 ? '1' : `1-${cores - 1}`;
  const front = cores < 4 ? undefined : { own: '1', functions: `2-${cores - 1}` };
  const apart =
    front === undefined ? '' : `, a front alone on core ${front.own}, functions on ${front.functions}`;
  const description = `generator on core 0, every server on cores ${servers}${apart}`;
  return { generator: '0', servers, all: `0-${cores - 1}`, front, description };
}

/** Moves a process that runs to other processors, with all its threads, but not those it has started. */
export function move({ pid = 0 }: Pick<ChildProcess, 'pid'>, cpus: string): void {
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', cpus, String(pid)]);
  if (status !== 0) throw new Error(`process ${pid} cannot be moved to cores ${cpus}`);
}

export interface ProcessSettings {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** In a session of its own, as services are. */
  readonly detached?: boolean | undefined;
}

/** Starts a Node.js program on the given processors with its standard output readable. */
export function startNode(
  args: readonly string[],
  cpus: string | undefined,
  { env = {}, detached = false }: ProcessSettings = {},
): ChildProcess {
  const command = [process.execPath, ...args];
  const [program = '', ...rest] = cpus === undefined ? command : ['taskset', '-c', cpus, ...command];
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    detached,
  });
  // A terminal's Ctrl-C reaches only its own session.
  if (detached) endWith(child);
  return child;
}

function endWith(child: ChildProcess): void {
  const end = (): never => {
    child.kill();
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, end);
  child.once('exit', () => {
    for (const signal of signals) process.off(signal, end);
  });
}

/** Waits for a line of output that matches, and returns what it matched. */
export async function lineMatching(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pattern.exec(line);
    if (found !== null) {
      child.stdout.resume();
      return found[0];
    }
  }
  throw new Error(`the program ended before it printed ${pattern}`);
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Runs a program of this folder to its end. @returns how many of its things it says it has done in a second */
export async function rateOf(words: readonly string[], cpus: string | undefined): Promise<number> {
  const output = await outputOf(words, cpus);
  const found = /^done ([\d.]+)$/m.exec(output)?.[1];
  if (found === undefined) throw new Error(`${words[0]} failed: ${output}`);
  return Number(found);
}

/** Runs a program of this folder to its end. @returns what it has written on standard output */
export async function outputOf(
  [program = '', ...words]: readonly string[],
  cpus: string | undefined,
): Promise<string> {
  const child = startNode([join(import.meta.dirname, program), ...words], cpus);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} failed: ${output}`);
  return output;
}

/** Resident memory of a process and everything below it, bytes. Linux only; undefined elsewhere. */
export function residentBytes(pid: number): number | undefined {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    return children.reduce((sum, child) => sum + (residentBytes(Number(child)) ?? 0), own);
  } catch {
    return undefined;
  }
}

/** Resident memory of a process alone, MiB. Linux only; NaN elsewhere. */
export function ownMemoryMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Memory of a process and everything below it, bytes: what processes share counts for each in part. Linux only. */
export function proportionalBytes(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0;
    return childrenOf(pid).reduce((sum, child) => sum + proportionalBytes(child), Number(kilobytes) * 1024);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

/** What programs may still take without anything being swapped out. Linux only; much, elsewhere. */
export function availableMemoryMb(): number {
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return freemem() / 2 ** 20;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
