import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../support/functions.ts';
import type { TestServer } from '../support/server.ts';
import { openFilesOf, tracesOf } from '../support/traces.ts';
import type { Requests } from './requests.ts';

interface Health {
  readonly invocations: number;
  readonly environments: { readonly starting: number; readonly idle: number; readonly busy: number };
}

/** Longer than an environment may be idle. */
const IDLE_MS = 2 * 3_600_000;
const SETTLED_WITHIN_MS = 60_000;
/** As the platform names environments, their directories and their control groups. */
const ENVIRONMENT_ID = /lambent.*[0-9a-f]{32}/;
/** Workers, and spawners, wardens and relays. */
const OURS = /lambent\.mjs|server\.js|-main\.(?:bundle\.js|ts)\0/;

/** A connection of its own for each: none is left open to be counted. */
export async function healthOf({ endpoint }: TestServer): Promise<Health> {
  const answer = await fetch(`${endpoint}/_lambent/health`, { headers: { connection: 'close' } });
  return (await answer.json()) as Health;
}

/**
 * Lets everything come to its end and all environments expire. What the platform then holds, in numbers of each kind.
 * @param folder where it keeps its state and its temporary files
 * @param before what it held at an earlier time: waits until it is no more than that, for a while
 */
export async function atRest(
  server: TestServer,
  requests: Requests,
  folder: string,
  before?: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  requests.rest();
  server.lambda.destroy();
  await eventually(
    async () => (await healthOf(server)).environments,
    ({ starting, busy }) => starting + busy === 0,
    SETTLED_WITHIN_MS,
  );
  const body = new URLSearchParams({ advanceMs: String(IDLE_MS) });
  await fetch(`${server.endpoint}/_lambent/clock`, {
    method: 'POST',
    body,
    headers: { connection: 'close' },
  });
  await eventually(
    async () => (await healthOf(server)).environments,
    ({ starting, idle, busy }) => starting + idle + busy === 0,
    SETTLED_WITHIN_MS,
  );
  const pid = server.process.pid ?? 0;
  await eventually(
    async () => tracesOf([folder], [pid]).filter((line) => ENVIRONMENT_ID.test(line)),
    (left) => left.length === 0,
    SETTLED_WITHIN_MS,
  );
  const files = (): string[] => (process.platform === 'linux' ? openFilesOf(pid) : []);
  const held = async (): Promise<Record<string, number>> => countsByKind(files());
  if (before === undefined) return await held();
  const isNoMore = (now: Record<string, number>): boolean => moreOf(now, before).length === 0;
  return await eventually(held, isNoMore, SETTLED_WITHIN_MS).catch(held);
}

/** The kinds of which there are more now, each with both numbers. */
export function moreOf(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(now).flatMap(([kind, count]) => {
    const had = before[kind] ?? 0;
    return count > had ? [`${kind}: ${had} before, ${count} now`] : [];
  });
}

/** Memory of the platform's own processes, not of the environments: MiB. Linux only; never more than 1 elsewhere. */
export function platformMemoryMb({ process: { pid = 0 } }: TestServer): number {
  if (process.platform !== 'linux') return 1;
  return ownProcesses(pid).reduce((sum, each) => {
    const status = readText(`/proc/${each}/status`);
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }, 0);
}

function ownProcesses(pid: number): number[] {
  const below = readTasks(pid).filter((child) => OURS.test(readText(`/proc/${child}/cmdline`)));
  return [pid, ...below.flatMap(ownProcesses)];
}

function readTasks(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readText(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Of a process that has gone, nothing. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Numbers of processes, sockets and descriptors say nothing, nor do names by chance or by hash. */
function countsByKind(lines: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of lines) {
    const kind = line.replaceAll(/\[?\d+\]?|(?<=\/)[0-9a-f-]+(?=\/)/g, '');
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}
