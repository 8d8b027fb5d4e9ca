import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** Of processor time in `/proc/<pid>/stat`, on every Linux. */
const TICKS_PER_SECOND = 100;
/** More than a process at rest comes to. */
const BUSY_SECONDS = 0.1;

/** The id of an environment of a function. */
export async function environmentOf(server: TestServer, functionName: string): Promise<string> {
  const [found] = await environmentsOf(server, functionName);
  if (found === undefined) throw new Error(`${functionName} has no environment`);
  return found.id;
}

/** An environment, as the platform's own routes show it. */
export interface ShownEnvironment {
  readonly id: string;
  readonly functionArn: string;
  readonly version: string;
  readonly state: string;
}

/** Of a function, the oldest first. */
export async function environmentsOf(
  { endpoint }: TestServer,
  functionName: string,
): Promise<ShownEnvironment[]> {
  const answer = await fetch(`${endpoint}/_lambent/environments`);
  const { environments } = (await answer.json()) as { readonly environments: readonly ShownEnvironment[] };
  return environments.filter(({ functionArn }) => functionArn.endsWith(`:${functionName}`));
}

/** How much of one processor the processes of an environment use on the host, over some time from when they are busy. */
export async function processorShare(environmentId: string, overMs: number): Promise<number> {
  const atRest = processorSeconds(environmentId);
  await eventually(
    async () => await Promise.resolve(processorSeconds(environmentId)),
    (seconds) => seconds > atRest + BUSY_SECONDS,
  );
  const before = processorSeconds(environmentId);
  const beganMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, overMs));
  const seconds = (performance.now() - beganMs) / 1000;
  return (processorSeconds(environmentId) - before) / seconds;
}

/** Of all processes that name the environment in their command lines, and of all below them. */
function processorSeconds(environmentId: string): number {
  const found = new Map<string, { readonly parent: string; readonly seconds: number }>();
  const counted = new Set<string>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      found.set(pid, { parent: fields[1] ?? '', seconds });
      if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(environmentId)) counted.add(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  const isBelow = (pid: string | undefined): boolean =>
    pid !== undefined && (counted.has(pid) || isBelow(found.get(pid)?.parent));
  return [...found].reduce((sum, [pid, { seconds }]) => (isBelow(pid) ? sum + seconds : sum), 0);
}
