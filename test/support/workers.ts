import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

interface Counts {
  readonly starting: number;
  readonly idle: number;
  readonly busy: number;
}

type Reached = Pick<TestServer, 'endpoint'> & Partial<Pick<TestServer, 'ca'>>;

export interface Health {
  readonly environments: Counts;
  readonly invocations: number;
  readonly workersAtMost: number;
  readonly workers: readonly {
    readonly worker: number;
    readonly pid: number;
    readonly connections: number;
    readonly invocations: number;
    readonly environments: Counts;
  }[];
}

/** @param ca whom to believe where it speaks TLS */
export async function health({ endpoint, ca }: Reached): Promise<Health> {
  const url = `${endpoint}/_lambent/health`;
  if (ca === undefined) return (await (await fetch(url)).json()) as Health;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { ca, agent: false }, resolve).on('error', reject);
  });
  return JSON.parse(Buffer.concat((await answer.toArray()) as Buffer[]).toString()) as Health;
}

/** Resolves when so many workers serve. */
export async function untilWorkers(
  server: Reached,
  count: number,
  withinMs = 30_000,
): Promise<Health['workers']> {
  const now = await eventually(
    // Asked by a connection of one that was killed, it fails.
    async () => await health(server).catch(() => undefined),
    (found) => found?.workers.length === count,
    withinMs,
  );
  return now?.workers ?? [];
}
