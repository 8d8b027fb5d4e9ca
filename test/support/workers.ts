import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

interface Counts {
  readonly starting: number;
  readonly idle: number;
  readonly busy: number;
}

export interface Health {
  readonly environments: Counts;
  readonly invocations: number;
  readonly workers: readonly {
    readonly worker: number;
    readonly pid: number;
    readonly connections: number;
    readonly invocations: number;
    readonly environments: Counts;
  }[];
}

export async function health({ endpoint }: Pick<TestServer, 'endpoint'>): Promise<Health> {
  return (await (await fetch(`${endpoint}/_lambent/health`)).json()) as Health;
}

/** Resolves when so many workers serve. */
export async function untilWorkers(
  server: Pick<TestServer, 'endpoint'>,
  count: number,
): Promise<Health['workers']> {
  const { workers } = await eventually(
    async () => await health(server),
    (now) => now.workers.length === count,
    30_000,
  );
  return workers;
}
