import { Client } from 'pg';
import { beside } from './beside.ts';
import { eventually } from './functions.ts';

/**
 * Has writers of several platforms meet: starts each one when those before it wait for what is locked, and lets all of
 * them go on at once.
 * @param lock a statement that locks
 * @returns how each of them ended
 */
export async function meetingAt<T>(
  { databaseUrl }: { readonly databaseUrl: string },
  lock: string,
  writers: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(lock);
    const begun: Promise<T>[] = [];
    for (const [index, writer] of writers.entries()) {
      begun.push(writer());
      await beside(Promise.allSettled(begun), async () => {
        await eventually(
          async () => await waitingFor(client),
          (count) => count > index,
        );
      });
    }
    await client.query('commit');
    return await Promise.allSettled(begun);
  } finally {
    await client.end();
  }
}

/** How many writers wait; what is read for other reasons has no transaction of its own. */
async function waitingFor(client: Client): Promise<number> {
  // What a transaction has seen of the others it goes on seeing.
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and xact_start < query_start`,
  );
  return rows[0]?.count ?? 0;
}
