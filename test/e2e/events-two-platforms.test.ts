import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DescribeArchiveCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';
import { queueClientFor, queueForRules } from '../support/sns.ts';

const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

describe.skipIf(shared === undefined)('two platforms that share a database', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  const servers: TestServer[] = [];
  const clients: EventBridgeClient[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    for (let n = 0; n < 2; n += 1) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      const flags = ['--store', database.url];
      const server = await startServer({ dataDir: directory.path, store: 'sqlite', flags });
      servers.push(server);
      const { endpoint } = server;
      clients.push(new EventBridgeClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }));
    }
  });

  afterAll(async () => {
    for (const client of clients) client.destroy();
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  function both<T>(all: readonly T[]): [T, T] {
    const [one, two] = all;
    if (one === undefined || two === undefined) throw new Error('There are not two.');
    return [one, two];
  }

  test('an event put on one reaches the rules and archives that were made on the other', async () => {
    const [[one], [first, second]] = [both(servers), both(clients)];
    const sqs = queueClientFor(one);
    const queue = await queueForRules(sqs, 'from-elsewhere');
    const { EventBusArn } = await first.send(new CreateEventBusCommand({ Name: 'shared' }));
    const on = { EventBusName: 'shared' };
    await first.send(new PutRuleCommand({ ...on, Name: 'all', EventPattern: '{"source":["shop"]}' }));
    await first.send(new PutTargetsCommand({ ...on, Rule: 'all', Targets: [{ Id: 'q', Arn: queue.arn }] }));
    await first.send(new CreateArchiveCommand({ ArchiveName: 'kept', EventSourceArn: EventBusArn }));
    // It is there for the other one after a while.
    await eventually(
      async () =>
        await second.send(new DescribeArchiveCommand({ ArchiveName: 'kept' })).catch(() => undefined),
      (archive) => archive !== undefined,
      30_000,
    );
    const Entries = [{ ...on, Source: 'shop', DetailType: 'order', Detail: '{}' }];
    await second.send(new PutEventsCommand({ Entries }));
    expect(await queue.take(1)).toHaveLength(1);
    const archive = await first.send(new DescribeArchiveCommand({ ArchiveName: 'kept' }));
    expect(archive.EventCount).toBe(1);
    sqs.destroy();
  });

  test('a schedule sets a rule off once, whoever comes first', async () => {
    const [[one, two], [first, second]] = [both(servers), both(clients)];
    const sqs = queueClientFor(one);
    const queue = await queueForRules(sqs, 'ticks');
    // Half a day away from when this runs: the clocks that are moved find it twice, the one on the wall does not.
    const hour = (new Date().getUTCHours() + 12) % 24;
    await first.send(new PutRuleCommand({ Name: 'daily', ScheduleExpression: `cron(30 ${hour} * * ? *)` }));
    await first.send(new PutTargetsCommand({ Rule: 'daily', Targets: [{ Id: 'q', Arn: queue.arn }] }));
    await first.send(new CreateEventBusCommand({ Name: 'sign' }));
    await eventually(
      async () =>
        await second
          .send(new PutRuleCommand({ Name: 'r', EventBusName: 'sign', EventPattern: '{"source":["x"]}' }))
          .catch(() => undefined),
      (answer) => answer !== undefined,
      30_000,
    );
    // Each by its own clock.
    await advanceClock(one, 48 * 3_600_000);
    await advanceClock(two, 48 * 3_600_000);
    const times = (await queue.take(2)).map(({ body }) => (JSON.parse(body) as { time: string }).time);
    expect([...times, ...(await queue.rest()).map(({ body }) => body)]).toHaveLength(2);
    expect(new Set(times).size).toBe(2);
    sqs.destroy();
  });
});
