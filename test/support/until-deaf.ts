import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** Waits until a server that was told to end takes no more connections: it has heard. */
export async function untilDeaf({ endpoint }: Pick<TestServer, 'endpoint'>): Promise<void> {
  await eventually(
    async () =>
      await fetch(`${endpoint}/_lambent/health`).then(
        () => 'up',
        () => 'down',
      ),
    (state) => state === 'down',
  );
}
