import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** Rounds of load, each ended by SIGKILL. */
const ROUNDS = Number(process.env['LAMBENT_CRASH_ROUNDS'] ?? 2);
const CLIENTS = 8;
/** Large enough to be in the middle of something when the end comes. */
const LARGE_BYTES = 1_500_000;
const Bucket = 'survivors';

let directory: { path: string; remove: () => Promise<void> };
let server: TestServer;
let s3: S3Client;
/** What was acknowledged and not touched since: the entity tag by key; undefined for what was deleted. */
const acknowledged = new Map<string, string | undefined>();

const start = async (): Promise<void> => {
  server = await startServer({ dataDir: directory.path, store: 'sqlite' });
  s3 = s3ClientFor(server);
};

beforeAll(async () => {
  directory = await temporaryDirectory();
  await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  await directory.remove();
});

/** Puts, replaces and deletes its own few keys until the server is gone. */
async function work(name: string): Promise<void> {
  for (let count = 0; ; count += 1) {
    const Key = `${name}/${count % 5}`;
    const isDeletion = count % 7 === 6;
    const Body = randomBytes(count % 3 === 0 ? LARGE_BYTES : 2_000);
    acknowledged.delete(Key);
    try {
      if (isDeletion) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      else await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      acknowledged.set(Key, isDeletion ? undefined : md5(Body));
    } catch {
      return;
    }
  }
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
  }
  return found;
}

/** Names of the files objects are in, and of those that are being written. */
async function files(): Promise<{ kept: string[]; incoming: string[] }> {
  const entries = await readdir(join(directory.path, 'objects'), { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile());
  const isIncoming = (parent: string): boolean => parent.includes('incoming');
  return {
    kept: names.filter(({ parentPath }) => !isIncoming(parentPath)).map(({ name }) => name),
    incoming: names.filter(({ parentPath }) => isIncoming(parentPath)).map(({ name }) => name),
  };
}

test('kill -9 loses nothing that was acknowledged, and leaves no half objects and no files of nobody', {
  timeout: 180_000,
}, async () => {
  const upload = { Bucket, Key: 'upload' };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }));
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = acknowledged.size;
    const workers = Array.from({ length: CLIENTS }, (_, n) => work(`${round}-${n}`));
    await eventually(
      async () => acknowledged.size,
      (size) => size >= before + CLIENTS * 3,
      120_000,
    );
    await server.kill();
    await Promise.all(workers);
    s3.destroy();
    await start();
    const there = await keys();
    for (const [key, etag] of acknowledged) {
      expect([key, there.includes(key)]).toEqual([key, etag !== undefined]);
    }
    for (const Key of there) {
      const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const found = md5((await Body?.transformToByteArray()) ?? new Uint8Array());
      expect(`"${found}"`).toBe(ETag);
      if (acknowledged.get(Key) !== undefined) expect(found).toBe(acknowledged.get(Key));
    }
    // One file for each object, and that of the part.
    await eventually(
      files,
      ({ kept, incoming }) => incoming.length === 0 && kept.length === there.length + 1,
      60_000,
    );
  }
});
