import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory } from '../support/server.ts';

const OBJECTS = 2_000;
const CLIENTS = 16;
const Bucket = 'to-be-reset';

test('a reset that is cut short leaves no object, and no file of one after the next start', {
  timeout: 180_000,
}, async () => {
  const directory = await temporaryDirectory();
  const options = { dataDir: directory.path, store: 'sqlite' as const };
  const files = async (): Promise<number> => {
    const found = await readdir(join(directory.path, 'objects'), { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).length;
  };
  let server = await startServer(options);
  let s3 = s3ClientFor(server);
  /** @returns how many files are left */
  const killWhileResetting = async (): Promise<number> => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    const put = async (client: number): Promise<void> => {
      for (let at = client; at < OBJECTS; at += CLIENTS)
        await s3.send(new PutObjectCommand({ Bucket, Key: String(at), Body: 'object' }));
    };
    await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => await put(client)));
    const all = await eventually(files, (count) => count === OBJECTS);
    const reset = fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' }).catch(() => undefined);
    await eventually(files, (count) => count < all);
    await server.kill();
    await reset;
    s3.destroy();
    const left = await files();
    server = await startServer(options);
    s3 = s3ClientFor(server);
    return left;
  };
  try {
    // A quick machine may have removed them all before it is killed.
    while ((await killWhileResetting()) === 0);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toEqual([]);
    await eventually(files, (count) => count === 0);
  } finally {
    s3.destroy();
    await server.stop();
    await directory.remove();
  }
});
