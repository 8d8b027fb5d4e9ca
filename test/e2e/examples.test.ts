import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { DeleteEventSourceMappingCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import photon from '@silvia-odwyer/photon-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { available, run } from '../support/commands.ts';
import { eventually, invoke } from '../support/functions.ts';
import { makeMapping, untilDeleted } from '../support/mappings.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { receive } from '../support/queues.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { kinesisFor } from '../support/streams.ts';
import { dynamodbFor } from '../support/tables.ts';

/** Each example is deployed by its own script, with the stock CLI. */
const ROOT = join(import.meta.dirname, '../..');
const PHOTON = 'node_modules/@silvia-odwyer/photon-node';
const hasTools = available('aws', '--version') && available('zip', '--version');
const EXAMPLES = ['thumbnails', 'queue-worker', 'stream-aggregator', 'orders', 'cron'];
const WITHIN_MS = 45_000;

describe.skipIf(!hasTools)('examples', { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: { path: string; remove: () => Promise<void> };

  beforeAll(async () => {
    server = await startServer();
    folder = await temporaryDirectory();
    // The CLI takes a second or two to begin anything.
    await Promise.all(EXAMPLES.map(deployExample));
  }, 300_000);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  /** A copy of an example, so that its packages come from here and not from the registry. */
  async function deployExample(example: string): Promise<void> {
    const copy = join(folder.path, example);
    await cp(join(ROOT, 'examples', example), copy, { recursive: true });
    if (example === 'thumbnails') {
      await mkdir(join(copy, 'node_modules/@silvia-odwyer'), { recursive: true });
      await symlink(join(ROOT, PHOTON), join(copy, PHOTON));
    }
    const { code, stderr } = await run('sh', ['deploy.sh', example], {
      cwd: copy,
      env: { AWS_ENDPOINT_URL: server.endpoint },
      timeoutMs: 280_000,
    });
    expect([code, stderr]).toEqual([0, '']);
  }

  async function logged(name: string): Promise<string> {
    const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` });
    const { events = [] } = await server.logs.send(command).catch(() => ({ events: [] }));
    return events.map(({ message = '' }) => message).join('');
  }

  async function queueNamed(name: string) {
    const { QueueUrl: url = '' } = await server.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return { name, url, arn: '' };
  }

  test('thumbnails: a picture becomes a smaller one and a record', async () => {
    const s3 = s3ClientFor(server);
    const { PhotonImage, SamplingFilter, resize } = photon;
    const dot = new PhotonImage(new Uint8Array([200, 30, 30, 255]), 1, 1);
    const Body = resize(dot, 400, 200, SamplingFilter.Nearest).get_bytes();
    const Key = 'holiday/on the beach.png';
    await s3.send(new PutObjectCommand({ Bucket: 'thumbnails-uploads', Key, Body }));
    const queue = await queueNamed('thumbnails');
    const [message] = await eventually(
      async () => await receive(server.sqs, queue),
      (messages) => messages.length === 1,
      WITHIN_MS,
    );
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      source: Key,
      thumbnail: 'holiday/on the beach.jpg',
      width: 128,
      height: 64,
      bytes: Body.byteLength,
    });
    const made = await s3.send(
      new GetObjectCommand({ Bucket: 'thumbnails-made', Key: 'holiday/on the beach.jpg' }),
    );
    const thumbnail = PhotonImage.new_from_byteslice(
      (await made.Body?.transformToByteArray()) ?? new Uint8Array(),
    );
    expect([thumbnail.get_width(), thumbnail.get_height(), made.ContentType]).toEqual([
      128,
      64,
      'image/jpeg',
    ]);
    s3.destroy();
  });

  test('queue-worker: what cannot be done ends in the dead-letter queue', async () => {
    const queue = await queueNamed('queue-worker');
    for (const work of [{ task: 'dishes' }, { nothing: 'to do' }])
      await server.sqs.send(
        new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(work) }),
      );
    await eventually(
      async () => await logged('queue-worker'),
      (log) => log.includes('did dishes') && log.includes('try 1 of'),
      WITHIN_MS,
    );
    const dead = await queueNamed('queue-worker-dead');
    const [message] = await eventually(
      async () => {
        await advanceClock(server, 31_000);
        return await receive(server.sqs, dead);
      },
      (messages) => messages.length === 1,
      WITHIN_MS,
    );
    expect(message?.Body).toBe('{"nothing":"to do"}');
  });

  test('stream-aggregator: adds up what comes within a minute', async () => {
    const name = 'stream-aggregator';
    const kinesis = kinesisFor(server);
    const measure = async (sensor: string, value: number) =>
      await kinesis.send(
        new PutRecordCommand({
          StreamName: name,
          PartitionKey: sensor,
          Data: Buffer.from(JSON.stringify({ sensor, value })),
        }),
      );
    await measure('a', 1);
    await measure('b', 5);
    await measure('a', 2);
    await eventually(
      async () => {
        await advanceClock(server, 60_000);
        return await logged(name);
      },
      (log) => {
        const totals = [...log.matchAll(/Z to \S+Z: (\{.*\})/g)].map(
          ([, text = '']) => JSON.parse(text) as Record<string, { count: number; sum: number }>,
        );
        const sum = (sensor: string) => totals.reduce((all, each) => all + (each[sensor]?.sum ?? 0), 0);
        return sum('a') === 3 && sum('b') === 5;
      },
      WITHIN_MS,
    );
    kinesis.destroy();
  });

  test('orders: each is summed up and told of once, though everything comes again', async () => {
    const tables = dynamodbFor(server);
    const queue = await queueNamed('orders.fifo');
    const [one, two, three] = [uniqueName('one'), uniqueName('two'), uniqueName('three')];
    const [ada, bob] = [uniqueName('ada'), uniqueName('bob')];
    const order = async (id: string, customer: string, cents: number) => {
      const items = [{ sku: 'tea', quantity: 2, cents }];
      const { payload } = await invoke(server.lambda, 'orders-take', { id, customer, items });
      return (payload as { statusCode: number }).statusCode;
    };
    expect(await order(one, ada, 350)).toBe(201);
    expect(await order(two, ada, 100)).toBe(201);
    expect(await order(one, ada, 350)).toBe(200);
    expect(await order(uniqueName('bad'), ada, 0.5)).toBe(400);
    const told: string[] = [];
    const untilTold = async (count: number): Promise<void> => {
      await eventually(
        async () => {
          for (const { Body = '', ReceiptHandle } of await receive(server.sqs, queue)) {
            const { id } = JSON.parse(Body) as { id: string };
            if ([one, two, three].includes(id)) told.push(id);
            await server.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
          }
          return told.length;
        },
        (found) => found >= count,
        WITHIN_MS,
      );
    };
    await untilTold(2);
    await readAgain('orders-book');
    expect(await order(three, bob, 70)).toBe(201);
    // Its record is behind all that came again.
    await untilTold(3);
    expect(told).toEqual([one, two, three]);
    const sumOf = async (customer: string) => {
      const Key = { id: { S: `customer ${customer}` } };
      return (await tables.send(new GetItemCommand({ TableName: 'orders-customers', Key }))).Item;
    };
    expect(await sumOf(ada)).toMatchObject({ orders: { N: '2' }, cents: { N: '900' } });
    expect(await sumOf(bob)).toMatchObject({ orders: { N: '1' }, cents: { N: '140' } });
    await eventually(
      async () => await logged('orders-book'),
      (log) => log.includes(`had booked ${one} of ${ada}`),
      WITHIN_MS,
    );
    tables.destroy();
  });

  /** Another mapping in place of a function's own, which begins where that one did. */
  async function readAgain(FunctionName: string): Promise<void> {
    const { EventSourceMappings = [] } = await server.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName }),
    );
    const [mapping] = EventSourceMappings;
    const { UUID = '', EventSourceArn, FunctionResponseTypes, FilterCriteria } = mapping ?? {};
    await server.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await untilDeleted(server.lambda, UUID);
    await makeMapping(server.lambda, {
      FunctionName,
      EventSourceArn,
      FunctionResponseTypes,
      FilterCriteria,
      StartingPosition: 'TRIM_HORIZON',
    });
  }

  test('cron: runs when platform time gets there', async () => {
    await advanceClock(server, 300_000);
    await eventually(
      async () => await logged('cron'),
      (log) => /it is \S+Z, says arn:aws:events:us-east-1:000000000000:rule\/cron/.test(log),
      WITHIN_MS,
    );
  });
});
