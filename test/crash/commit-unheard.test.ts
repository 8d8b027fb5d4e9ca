import { GetObjectCommand, PutObjectCommand, CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { eventually } from '../support/functions.ts';
import { objectFiles } from '../support/installations.ts';
import { sharedPostgres } from '../support/platforms.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { createDatabase } from '../support/shared-database.ts';

const postgres = sharedPostgres();
const address = { Bucket: 'bucket', Key: 'key' };

describe.skipIf(postgres === undefined)('a commit whose answer is lost', { timeout: 180_000 }, () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let proxy: CuttingProxy;
  let server: TestServer;

  const start = async (): Promise<void> => {
    const flags = ['--store', proxy.through(database.url)];
    server = await startServer({ dataDir: directory.path, store: 'sqlite', flags });
  };

  beforeEach(async () => {
    database = await createDatabase(postgres ?? '');
    directory = await temporaryDirectory();
    proxy = await CuttingProxy.listen(database.url);
    await start();
  });

  afterEach(async () => {
    await server.stop();
    proxy.close();
    await directory.remove();
    await database.remove();
  });

  const read = async (): Promise<string | undefined> => {
    const s3 = s3ClientFor(server);
    const { Body } = await s3.send(new GetObjectCommand(address));
    const text = await Body?.transformToString();
    s3.destroy();
    return text;
  };

  test('leaves the object that it has written with its bytes', async () => {
    const s3 = s3ClientFor(server);
    await s3.send(new CreateBucketCommand({ Bucket: address.Bucket }));
    await s3.send(new PutObjectCommand({ ...address, Body: 'first' }));
    proxy.cutNext('s3_objects');
    await expect(s3.send(new PutObjectCommand({ ...address, Body: 'second' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 500 },
    });
    expect(proxy.hasCut).toBe(true);
    expect(await read()).toBe('second');
    s3.destroy();
    await server.stop();
    await start();
    expect(await read()).toBe('second');
    // And nothing of the first.
    await eventually(
      async () => await objectFiles(directory.path),
      (files) => files.length === 1,
      60_000,
    );
  });
});
