import { type DynamoDBClient, EnableKinesisStreamingDestinationCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventually } from '../support/functions.ts';
import { PATIENCE_MS } from '../support/mappings.ts';
import { firstComings, StreamedChanges } from '../support/streamed-changes.ts';
import { kinesisFor, makeStream } from '../support/streams.ts';
import { brokenChains, itemsOf } from '../support/table-streams.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';
import { dynamodbFor, makeTable, number, putAll, text } from '../support/tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WRITES_EACH = 20;
const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

/** Two platforms on one PostgreSQL: neither knows of the other but through the database. */
describe.skipIf(shared === undefined)('a table of two platforms, streamed to Kinesis', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  const servers: TestServer[] = [];
  const clients: DynamoDBClient[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
    for (let n = 0; n < 2; n += 1) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      const flags = ['--store', database.url];
      const server = await startServer({ dataDir: directory.path, store: 'sqlite', flags });
      servers.push(server);
      clients.push(dynamodbFor(server));
    }
  });

  afterAll(async () => {
    for (const client of clients) client.destroy();
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  test('every change arrives, an item’s in their order, though one of them is killed', async () => {
    const [one, two] = servers;
    const [client, other] = clients;
    if (one === undefined || two === undefined || client === undefined || other === undefined)
      throw new Error('There are not two servers.');
    const kinesis = kinesisFor(two);
    const stream = await makeStream(kinesis, { ShardCount: 2 });
    const table = await makeTable(client);
    const destination = { TableName: table, StreamArn: stream.arn };
    await client.send(new EnableKinesisStreamingDestinationCommand(destination));
    const write = async (from: DynamoDBClient, id: string, first: number): Promise<void> => {
      for (let n = first; n < first + WRITES_EACH; n += 1)
        await putAll(from, table, { id: text(id), n: number(n) });
    };
    // One after the other, so that nobody writes what the other one has not seen switched on.
    await write(client, 'a', 0);
    await Promise.all([write(client, 'b', 0), write(other, 'a', WRITES_EACH), write(other, 'c', 0)]);
    const changes = new StreamedChanges(kinesis, stream);
    await changes.atLeast(4 * WRITES_EACH);
    await one.kill();
    await write(other, 'b', WRITES_EACH);
    // What was under way then may come again.
    const found = await eventually(
      async () => firstComings(await changes.read()),
      (all) => all.length >= 5 * WRITES_EACH,
      PATIENCE_MS,
    );
    const chain = found.map(({ dynamodb: { Keys, OldImage, NewImage } }) => ({
      id: Keys['id']?.S ?? '',
      before: OldImage,
      after: NewImage,
    }));
    expect(brokenChains(chain, await itemsOf(other, table))).toEqual([]);
    expect(found).toHaveLength(5 * WRITES_EACH);
    kinesis.destroy();
  });
});
