import { Client } from 'pg';
import { beside } from './beside.ts';
import { eventually } from './functions.ts';

/**
 * Has writers of several platforms meet: nobody else can read or write the table until so many wait for something, and
 * then all of them go on at once.
 */
export async function meetingAt<T>(
  { databaseUrl }: { readonly databaseUrl: string },
  table: string,
  waiting: number,
  start: () => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`lock table ${table} in access exclusive mode`);
    const work = start();
    await beside(work, async () => {
      await eventually(
        async () => await waitingAt(client),
        (count) => count >= waiting,
      );
      await client.query('commit');
    });
    return await work;
  } finally {
    await client.end();
  }
}

/** Writers alone: what is read for other reasons may wait for the table, too. */
async function waitingAt(client: Client): Promise<number> {
  // What a transaction has seen of the others it goes on seeing.
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and xact_start < query_start`,
  );
  return rows[0]?.count ?? 0;
}
