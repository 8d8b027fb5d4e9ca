import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** One line of `prepared` in the health answer. */
export interface PreparedCounts {
  readonly runtime: string;
  readonly packages: readonly string[];
  readonly ready: number;
  readonly wanted: number;
}

/** One line of `spareSandboxes`. */
interface SpareCounts {
  readonly directories: readonly string[];
  readonly openFiles: number;
  readonly ready: number;
  readonly wanted: number;
}

export async function preparedCounts(server: TestServer): Promise<PreparedCounts[]> {
  const answer = await fetch(`${server.endpoint}/_lambent/health`);
  return ((await answer.json()) as { readonly prepared: PreparedCounts[] }).prepared;
}

/** Open sandboxes that wait for the next environment. */
export async function spareCounts(server: TestServer): Promise<SpareCounts[]> {
  const answer = await fetch(`${server.endpoint}/_lambent/health`);
  return ((await answer.json()) as { readonly spareSandboxes: SpareCounts[] }).spareSandboxes;
}

/** Waits until as many runtimes of this kind wait as shall. */
export async function untilPrepared(
  server: TestServer,
  runtime: string,
  packages: readonly string[] = [],
): Promise<void> {
  await eventually(
    async () => await preparedCounts(server),
    (kinds) =>
      kinds.some(
        (kind) =>
          kind.runtime === runtime && kind.packages.join() === packages.join() && kind.ready >= kind.wanted,
      ),
    30_000,
  );
}

/** Of each living environment of a function, by its log stream: whether it had been prepared. */
export async function startsOf(server: TestServer, name: string): Promise<Map<string, boolean>> {
  const answer = await fetch(`${server.endpoint}/_lambent/environments`);
  const { environments } = (await answer.json()) as {
    readonly environments: { functionArn: string; logStream: string; prepared: boolean }[];
  };
  return new Map(
    environments
      .filter(({ functionArn }) => functionArn.endsWith(`:${name}`))
      .map(({ logStream, prepared }) => [logStream, prepared]),
  );
}
