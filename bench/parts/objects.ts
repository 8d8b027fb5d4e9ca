import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { ownMemoryMb, type Placement } from './processes.ts';
import type { Row } from './report.ts';

const PART = Buffer.alloc(8_000_000, 'lambent ');
const PART_MB = PART.length / 1_000_000;
const AT_ONCE = 6;
const SMALL_MB = 64;
const SAMPLE_MS = 10;
const Bucket = 'bench';

/**
 * A gigabyte through the SDK in parts, on disk before each answer, and back, against a bare file of that size; and the most
 * memory the platform takes meanwhile, against what it takes for a sixteenth of that.
 */
export async function measureObjects(where: Placement, effort: Effort): Promise<Row[]> {
  const large = effort.isQuick ? SMALL_MB * 4 : SMALL_MB * 16;
  const directory = await mkdtemp(join(tmpdir(), 'lambent-objects-'));
  const lambent = await Lambent.start(where.servers, [], { dataDir: join(directory, 'data') });
  const s3 = new S3Client({
    endpoint: lambent.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  const memory = new MostMemory(lambent.process.pid ?? 0);
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    for (const round of ['warm-up', 'small']) {
      if (round === 'small') memory.begin();
      await upload(s3, round, SMALL_MB);
      await download(s3, round);
    }
    const smallMb = memory.end();
    memory.begin();
    const up = await upload(s3, 'large', large);
    const down = await download(s3, 'large');
    const largeMb = memory.end();
    const file = join(directory, 'bare');
    const [written, read] = [await writeFile(file, large), await readFile(file)];
    return [
      row(`${large} MB in parts, on disk`, 'MB/s', large / up, large / written, ''),
      row(`${large} MB read back`, 'MB/s', large / down, large / read, ''),
      row(`most memory for ${large} MB, of that for ${SMALL_MB} MB`, 'MiB', largeMb, smallMb, '<= 1.5'),
    ];
  } finally {
    memory.end();
    s3.destroy();
    await lambent.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Seconds. */
async function upload(s3: S3Client, Key: string, megabytes: number): Promise<number> {
  const startedAt = performance.now();
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const numbers = Array.from({ length: megabytes / PART_MB }, (_, index) => index + 1);
  const tags: string[] = [];
  const waiting = numbers.values();
  const one = async (): Promise<void> => {
    for (const PartNumber of waiting) {
      const part = { Bucket, Key, UploadId, PartNumber, Body: PART };
      tags[PartNumber - 1] = (await s3.send(new UploadPartCommand(part))).ETag ?? '';
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const Parts = tags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  return (performance.now() - startedAt) / 1000;
}

/** Seconds. */
async function download(s3: S3Client, Key: string): Promise<number> {
  const startedAt = performance.now();
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = await drained(Body as AsyncIterable<Uint8Array>);
  if (bytes !== ContentLength) throw new Error(`${bytes} of ${ContentLength} bytes arrived`);
  return (performance.now() - startedAt) / 1000;
}

async function drained(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const part of body) bytes += part.length;
  return bytes;
}

/** Seconds, on disk. */
async function writeFile(path: string, megabytes: number): Promise<number> {
  const startedAt = performance.now();
  await using file = await open(path, 'w');
  for (let written = 0; written < megabytes; written += PART_MB) await file.write(PART);
  await file.sync();
  return (performance.now() - startedAt) / 1000;
}

async function readFile(path: string): Promise<number> {
  const startedAt = performance.now();
  await drained(createReadStream(path, { highWaterMark: 262_144 }));
  return (performance.now() - startedAt) / 1000;
}

/** The most memory of its own that a process has at any look, MiB. */
class MostMemory {
  readonly #pid: number;
  #most = 0;
  #sampling: NodeJS.Timeout | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  begin(): void {
    this.#most = 0;
    this.#sampling = setInterval(() => {
      this.#most = Math.max(this.#most, ownMemoryMb(this.#pid));
    }, SAMPLE_MS);
  }

  end(): number {
    clearInterval(this.#sampling);
    return this.#most;
  }
}

function row(name: string, unit: string, ours: number, baseline: number, goal: string): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal };
}
