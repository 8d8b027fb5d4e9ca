import { createHash, randomBytes } from 'node:crypto';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { deploy } from './functions.ts';
import { uniqueName } from './lambda-requests.ts';
import { s3ClientFor } from './s3.ts';
import type { TestServer } from './server.ts';

export const BUCKET = 'crowded';
const CLIENTS = 12;
/** Objects that each client has at a time. */
const OWN = 10;
const CODE = { 'index.js': 'exports.handler = async (event) => event;' };

/** Makes objects that stay. @returns their keys */
export async function makeKept(server: TestServer, count: number): Promise<string[]> {
  const s3 = s3ClientFor(server);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const keys = Array.from({ length: count }, (_, n) => `kept/${n}`);
  const rest = keys.values();
  const work = async (): Promise<void> => {
    for (const Key of rest)
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: randomBytes(2_000) }));
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  s3.destroy();
  return keys;
}

/** Objects and functions that come and go all the time, on all of the servers, until it is told to end. */
export class Churn {
  #isEnding = false;
  #rounds = 0;
  readonly #work: Promise<unknown>;

  constructor(servers: readonly TestServer[]) {
    const all = servers.flatMap((server) => [
      ...Array.from({ length: CLIENTS }, (_, n) => this.#objects(server, `passing/${uniqueName()}-${n}`)),
      this.#functions(server),
    ]);
    this.#work = Promise.all(all);
  }

  /** Deletions so far. */
  get rounds(): number {
    return this.#rounds;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#work;
  }

  async #objects(server: TestServer, prefix: string): Promise<void> {
    const s3 = s3ClientFor(server);
    for (let n = 0; !this.#isEnding; n += 1) {
      const Body = randomBytes(1 + ((n * 97) % 20_000));
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${n % OWN}`, Body }));
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${(n + 4) % OWN}` }));
      this.#rounds += 1;
    }
    s3.destroy();
  }

  async #functions({ lambda }: TestServer): Promise<void> {
    while (!this.#isEnding) {
      const FunctionName = uniqueName();
      await deploy(lambda, FunctionName, { ...CODE, [FunctionName]: FunctionName });
      await lambda.send(new DeleteFunctionCommand({ FunctionName }));
      this.#rounds += 1;
    }
  }
}

/** Reads every object that is listed. @returns its key, and whether it is what it was @throws when one cannot be read */
export async function readAll(server: TestServer): Promise<Map<string, boolean>> {
  const s3 = s3ClientFor(server);
  const found = new Map<string, boolean>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET }))
    for (const { Key = '', ETag } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      found.set(Key, ETag === `"${createHash('md5').update(bytes).digest('hex')}"`);
    }
  s3.destroy();
  return found;
}
