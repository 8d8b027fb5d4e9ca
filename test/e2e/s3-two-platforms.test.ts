import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { s3ClientFor } from '../support/s3.ts';
import { giveToServer } from '../support/server-user.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';

const shared = process.env['LAMBENT_TEST_POSTGRES'];
if (shared === undefined)
  console.log('skipped: LAMBENT_TEST_POSTGRES names no server for two platforms to share');

const Bucket = 'of-both';

/** Two platforms on one PostgreSQL, each with a data directory of its own but for its objects. */
describe.skipIf(shared === undefined)('two platforms that share a database and their objects', () => {
  const directories: { path: string; remove: () => Promise<void> }[] = [];
  const servers: TestServer[] = [];
  const clients: S3Client[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let objects: string;

  beforeAll(async () => {
    database = await createDatabase(shared ?? '');
    const common = await temporaryDirectory();
    directories.push(common);
    objects = join(common.path, 'objects');
    await mkdir(objects);
    await giveToServer(objects);
    for (let n = 0; n < 2; n += 1) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      await symlink(objects, join(directory.path, 'objects'));
      const flags = ['--store', database.url];
      const server = await startServer({ dataDir: directory.path, store: 'sqlite', flags });
      servers.push(server);
      clients.push(s3ClientFor(server));
    }
    await both()[0].send(new CreateBucketCommand({ Bucket }));
  });

  afterAll(async () => {
    for (const client of clients) client.destroy();
    for (const server of servers) await server.stop();
    for (const directory of directories) await directory.remove();
    await database.remove();
  });

  function both(): [S3Client, S3Client] {
    const [one, two] = clients;
    if (one === undefined || two === undefined) throw new Error('There are not two servers.');
    return [one, two];
  }

  const read = async (client: S3Client, Key: string): Promise<string> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  };

  test('what one has written the other reads at once, and what it has deleted is gone', async () => {
    const [one, two] = both();
    for (let n = 0; n < 10; n += 1) {
      await one.send(new PutObjectCommand({ Bucket, Key: 'turns', Body: `${n}` }));
      expect(await read(two, 'turns')).toBe(`${n}`);
    }
    await two.send(new DeleteObjectCommand({ Bucket, Key: 'turns' }));
    await expect(read(one, 'turns')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('of many that want to be the first, one is', async () => {
    const tries = Array.from({ length: 16 }, async (_, n) => {
      const input = { Bucket, Key: 'first', Body: `${n}`, IfNoneMatch: '*' };
      await both()[n % 2 === 0 ? 0 : 1].send(new PutObjectCommand(input));
      return `${n}`;
    });
    const won = (await Promise.allSettled(tries)).flatMap((end) =>
      end.status === 'fulfilled' ? [end.value] : [],
    );
    expect(won).toHaveLength(1);
    for (const client of both()) expect(await read(client, 'first')).toBe(won[0]);
  });

  test('of what both write at once one is left, and its file alone', async () => {
    const writes = Array.from({ length: 40 }, async (_, n) => {
      const client = both()[n % 2 === 0 ? 0 : 1];
      await client.send(new PutObjectCommand({ Bucket, Key: `contended/${n % 3}`, Body: `${n}` }));
    });
    await Promise.all(writes);
    const [one, two] = both();
    const { Contents = [] } = await two.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key = '' } of Contents) expect(await read(one, Key)).toBe(await read(two, Key));
    const kept = async (): Promise<number> => {
      const entries = await readdir(objects, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    };
    await eventually(kept, (files) => files === Contents.length, 30_000);
  });
});
