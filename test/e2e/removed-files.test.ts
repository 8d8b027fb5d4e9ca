import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilPrinted } from '../support/until-printed.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CODE = { 'index.js': 'exports.handler = async (event) => event;' };
const isShared = process.env['LAMBENT_E2E_STORE'] === 'postgres';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;

const start = async (): Promise<TestServer> =>
  await startServer({
    dataDir: directory.path,
    flags: ['--isolation', 'process', '--prepared', '0', '--log-level', 'error'],
  });

beforeEach(async () => {
  directory = await temporaryDirectory();
  server = await start();
});

afterEach(async () => {
  await server.stop();
  await directory.remove();
});

test('functions start after the unpacked code was cleared away, which is a cache', async () => {
  const name = uniqueName();
  await deploy(server.lambda, name, CODE);
  await rm(join(directory.path, 'code'), { recursive: true });
  expect(await invoke(server.lambda, name, { now: 'there' })).toMatchObject({ payload: { now: 'there' } });
});

test.skipIf(isShared)(
  'a database that was moved away under a platform takes no more writes, and has all it took',
  async () => {
    const made = await server.sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
    const QueueUrl = made.QueueUrl ?? '';
    await server.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'accepted' }));
    const files = (await readdir(directory.path)).filter((name) => name.startsWith('lambent.db'));
    for (const name of files) await rename(join(directory.path, name), join(directory.path, `${name}.away`));
    const refused = server.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'refused' }));
    await expect(refused).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await untilPrinted(server, 'was removed or replaced while it was in use: nothing more is written');
    await server.kill();
    for (const name of files) await rename(join(directory.path, `${name}.away`), join(directory.path, name));
    server = await start();
    const url = `${server.endpoint}${new URL(QueueUrl).pathname}`;
    const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await server.sqs.send(command);
    expect(Messages.map(({ Body }) => Body)).toEqual(['accepted']);
  },
);
