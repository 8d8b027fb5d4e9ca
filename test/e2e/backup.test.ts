import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

const launcher = join(import.meta.dirname, '../../bin/lambent.mjs');
const run = promisify(execFile);
const CODE = { 'index.js': 'exports.handler = async (event) => event;' };
const isShared = process.env['LAMBENT_E2E_STORE'] === 'postgres';
const KEPT = 20;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
let data: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  data = join(directory.path, 'data');
  server = await startServer({ dataDir: data, store: 'sqlite' });
});

afterEach(async () => {
  await server.stop();
  await directory.remove();
});

const s3Of = ({ endpoint }: TestServer): S3Client =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  });

const backUp = async (folder: string): Promise<{ stdout: string }> =>
  await run(process.execPath, [launcher, 'backup', folder, '--data-dir', data]);

/** Comes and goes while the copy is made. */
async function churn(life: { ended: boolean }, queueUrl: string): Promise<number> {
  const s3 = s3Of(server);
  let rounds = 0;
  for (; !life.ended; rounds += 1) {
    const Key = `passing-${rounds}`;
    const name = uniqueName();
    await deploy(server.lambda, name, { ...CODE, [name]: name });
    await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: Key.repeat(2_000) }));
    await server.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Key }));
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'bucket', Key }));
  }
  s3.destroy();
  return rounds;
}

test.skipIf(isShared)(
  'a copy that is made while everything changes holds all that was accepted before, and starts',
  async () => {
    const name = uniqueName();
    await deploy(server.lambda, name, CODE);
    const { QueueUrl = '' } = await server.sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
    const s3 = s3Of(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    for (let n = 0; n < KEPT; n += 1) {
      await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: `kept-${n}`, Body: `${n}`.repeat(9_000) }));
      await server.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `kept-${n}` }));
    }
    const life = { ended: false };
    const churning = churn(life, QueueUrl);
    const folders = ['first', 'second', 'third'].map((each) => join(directory.path, each));
    for (const folder of folders) expect((await backUp(folder)).stdout).toContain(`to ${folder}`);
    life.ended = true;
    expect(await churning).toBeGreaterThan(0);
    s3.destroy();
    await server.stop();
    for (const dataDir of folders) {
      expect((await stat(dataDir)).mode & 0o077).toBe(0);
      server = await startServer({ dataDir, store: 'sqlite' });
      expect(await invoke(server.lambda, name, { now: 'there' })).toMatchObject({
        payload: { now: 'there' },
      });
      await expectKept(dataDir, new URL(QueueUrl).pathname);
      expect(server.output()).not.toContain('missing');
      await server.stop();
    }
  },
  180_000,
);

async function expectKept(dataDir: string, queue: string): Promise<void> {
  const s3 = s3Of(server);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
  for (const { Key, Size } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
    expect((await Body?.transformToByteArray())?.length).toBe(Size);
  }
  expect(Contents.filter(({ Key }) => Key?.startsWith('kept-'))).toHaveLength(KEPT);
  // What the churn had left at that moment is taken away when the platform is up.
  await eventually(
    async () => {
      const files = await readdir(join(dataDir, 'objects'), { recursive: true, withFileTypes: true });
      return files.filter((file) => file.isFile()).length;
    },
    (files) => files === Contents.length,
  );
  s3.destroy();
  const found = new Set<string>();
  const receive = new ReceiveMessageCommand({
    QueueUrl: `${server.endpoint}${queue}`,
    MaxNumberOfMessages: 10,
  });
  await eventually(
    async () => {
      const { Messages = [] } = await server.sqs.send(receive);
      for (const { Body = '' } of Messages) if (Body.startsWith('kept-')) found.add(Body);
      return found.size;
    },
    (size) => size === KEPT,
  );
}

test.skipIf(isShared)('a copy is refused where it would be none, in one line', async () => {
  const full = join(directory.path, 'full');
  await mkdir(full);
  await writeFile(join(full, 'other'), '');
  await expect(backUp(full)).rejects.toMatchObject({
    code: 1,
    stderr: `lambent: ${full} is not empty. Each backup is a folder of its own.\n`,
  });
  await expect(backUp(join(data, 'inside'))).rejects.toMatchObject({
    stderr: expect.stringContaining('is in the data directory itself'),
  });
  expect(await readdir(data)).not.toContain('inside');
  const nowhere = ['backup', join(directory.path, 'new'), '--data-dir', full];
  await expect(run(process.execPath, [launcher, ...nowhere])).rejects.toMatchObject({
    stderr: expect.stringContaining(`There is no database in ${full}`),
  });
});
