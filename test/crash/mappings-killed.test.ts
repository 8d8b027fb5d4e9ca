import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { engines } from '../support/engines.ts';
import { deploy, eventually } from '../support/functions.ts';
import { makeMapping } from '../support/mappings.ts';
import { makeQueue, type TestQueue } from '../support/queues.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { kinesisFor, makeStream, type TestStream } from '../support/streams.ts';

/** Writes down what it gets where the test can read it, whatever becomes of the server. */
const LEDGER = `
  const { appendFileSync } = require('node:fs');
  exports.handler = async ({ Records }) => {
    const texts = Records.map(
      ({ body, kinesis, s3 }) => body ?? s3?.object.key ?? Buffer.from(kinesis.data, 'base64').toString(),
    );
    appendFileSync(process.env.LEDGER, texts.map((text) => text + '\\n').join(''));
  };
`;
const KEYS = ['a', 'b', 'c'];
const KILLS = { sqlite: 3, postgres: 2 };
const BATCHES = 20;
const PATIENCE_MS = 120_000;
const Bucket = 'told';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;

afterEach(async () => {
  await server.stop();
  await directory.remove();
});

/** Into a queue, a stream and a bucket. */
async function sendOne(queue: TestQueue, stream: TestStream, round: number): Promise<void> {
  const kinesis = kinesisFor(server);
  const s3 = s3ClientFor(server);
  const texts = KEYS.map((key) => `${key}-${String(round).padStart(4, '0')}`);
  const Entries = texts.map((text, index) => ({
    Id: `e${index}`,
    MessageBody: `q${text}`,
    MessageGroupId: text.slice(0, 1),
    MessageDeduplicationId: randomUUID(),
  }));
  const Records = texts.map((text) => ({ PartitionKey: text.slice(0, 1), Data: Buffer.from(`s${text}`) }));
  await server.sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf(queue), Entries }));
  await kinesis.send(new PutRecordsCommand({ StreamName: stream.name, Records }));
  await Promise.all(
    texts.map(async (text) => await s3.send(new PutObjectCommand({ Bucket, Key: `o${text}`, Body: text }))),
  );
  kinesis.destroy();
  s3.destroy();
}

/** A bucket that tells a function of its objects. */
async function makeBucket(FunctionName: string): Promise<void> {
  const s3 = s3ClientFor(server);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await server.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: `arn:aws:s3:::${Bucket}`,
    }),
  );
  const LambdaFunctionArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  const LambdaFunctionConfigurations = [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:*' as const] }];
  const NotificationConfiguration = { LambdaFunctionConfigurations };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  s3.destroy();
}

/** By the port the server has now. */
function urlOf({ name }: TestQueue): string {
  return `${server.endpoint}/000000000000/${name}`;
}

test.each(engines)(
  'killed again and again under load, mappings and buckets lose nothing on $name',
  {
    timeout: 300_000,
  },
  async ({ name: store }) => {
    directory = await temporaryDirectory();
    // At this level functions reach the machine's files.
    const start = async (): Promise<TestServer> =>
      await startServer({ dataDir: directory.path, store, flags: ['--isolation', 'process'] });
    server = await start();
    const file = join(directory.path, 'ledger.txt');
    await deploy(
      server.lambda,
      'ledger',
      { 'index.js': LEDGER },
      { Environment: { Variables: { LEDGER: file } } },
    );
    const queue = await makeQueue(server.sqs, { FifoQueue: 'true', VisibilityTimeout: '10' });
    const kinesis = kinesisFor(server);
    const stream = await makeStream(kinesis);
    kinesis.destroy();
    const FunctionName = 'ledger';
    await makeBucket(FunctionName);
    await makeMapping(server.lambda, { FunctionName, EventSourceArn: queue.arn, BatchSize: 3 });
    const position = { StartingPosition: 'TRIM_HORIZON', ParallelizationFactor: 2, BatchSize: 5 } as const;
    await makeMapping(server.lambda, { FunctionName, EventSourceArn: stream.arn, ...position });
    let round = 0;
    for (let kills = 0; kills < KILLS[store]; kills += 1) {
      for (let sent = 0; sent < BATCHES; sent += 1, round += 1) await sendOne(queue, stream, round);
      await server.kill();
      server = await start();
    }
    const all = Array.from({ length: round }, (_, index) => String(index).padStart(4, '0'));
    const lines = async (): Promise<string[]> => (await readFile(file, 'utf8').catch(() => '')).split('\n');
    const seen = await eventually(
      async () => new Set(await lines()),
      (found) => found.size > all.length * KEYS.length * 3,
      PATIENCE_MS,
    );
    for (const key of KEYS) for (const number of all) expect(seen).toContain(`o${key}-${number}`);
    // A set keeps the order in which each came for the first time.
    for (const source of ['q', 's']) {
      for (const key of KEYS) {
        const own = [...seen].filter((text) => text.startsWith(`${source}${key}-`));
        expect(own).toEqual(all.map((number) => `${source}${key}-${number}`));
      }
    }
  },
);
