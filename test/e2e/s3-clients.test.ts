import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';
import { AWS_ENVIRONMENT, installedBoto3, installedClis } from '../support/aws-clis.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** The issue's own numbers are 2000 files and 1024 MB: LAMBENT_S3_FILES and LAMBENT_S3_MB ask for them. */
const FILES = Number(process.env['LAMBENT_S3_FILES'] ?? 24);
const MEGABYTES = Number(process.env['LAMBENT_S3_MB'] ?? 20);
const TIMEOUT_MS = 120_000 + FILES * 200 + MEGABYTES * 500;

const cli = installedClis().at(-1)?.program;
const hasBoto3 = installedBoto3();

let server: TestServer;
let folder: { path: string; remove: () => Promise<void> };

beforeAll(async () => {
  server = await startServer();
  folder = await temporaryDirectory();
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

/** By path: SHA-256 of the content. */
async function contents(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(directory.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return found;
}

describe.skipIf(cli === undefined)('aws s3', () => {
  const s3 = async (...args: string[]): Promise<string> => {
    const command = ['--endpoint-url', server.endpoint, 's3', ...args];
    const { code, stdout, stderr } = await run(cli ?? '', command, {
      cwd: folder.path,
      env: AWS_ENVIRONMENT,
      timeoutMs: TIMEOUT_MS,
    });
    if (code !== 0) throw new Error(`aws s3 ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };

  test('makes a bucket, syncs both ways, moves, removes', { timeout: TIMEOUT_MS }, async () => {
    const source = join(folder.path, 'source');
    for (let n = 0; n < FILES; n += 1) {
      const directory = join(source, `d${n % 7}`, n % 2 === 0 ? 'even' : 'ödd & more');
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, `file ${n}+.txt`), randomBytes(n * 37));
    }
    await s3('mb', 's3://cli-bucket');
    await s3('sync', source, 's3://cli-bucket/tree', '--only-show-errors');
    expect(await s3('sync', source, 's3://cli-bucket/tree')).toBe('');
    await s3('sync', 's3://cli-bucket/tree', 'back', '--only-show-errors');
    expect(await contents(join(folder.path, 'back'))).toEqual(await contents(source));
    const listed = await s3('ls', '--recursive', 's3://cli-bucket');
    expect(listed.trim().split('\n')).toHaveLength(FILES);
    expect(await s3('ls', 's3://cli-bucket/tree/')).toContain('PRE d0/');
    await s3('mv', 's3://cli-bucket/tree/d0/even/file 0+.txt', 's3://cli-bucket/moved');
    expect(await s3('ls', 's3://cli-bucket/moved')).toContain('moved');
    await s3('rm', 's3://cli-bucket', '--recursive', '--only-show-errors');
    await s3('rb', 's3://cli-bucket');
  });

  test('sends large files in parts', { timeout: TIMEOUT_MS }, async () => {
    await writeFile(join(folder.path, 'large'), randomBytes(MEGABYTES * 1_000_000));
    await s3('mb', 's3://large-bucket');
    await s3('cp', 'large', 's3://large-bucket/large', '--only-show-errors');
    await s3('cp', 's3://large-bucket/large', 's3://large-bucket/copy', '--only-show-errors');
    await s3('cp', 's3://large-bucket/copy', 'large.back', '--only-show-errors');
    const both = await Promise.all(['large', 'large.back'].map((name) => readFile(join(folder.path, name))));
    expect(both[0]?.equals(both[1] ?? Buffer.alloc(0))).toBe(true);
  });
});

describe.skipIf(!hasBoto3)('boto3', () => {
  const SCRIPT = `
import boto3, hashlib, os, sys
from boto3.s3.transfer import TransferConfig
s3 = boto3.client('s3', endpoint_url=sys.argv[1])
size = int(sys.argv[2]) * 1000000
config = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=6 << 20, max_concurrency=6)
s3.create_bucket(Bucket='boto')
data = os.urandom(1000000)
with open('threads', 'wb') as file:
    for _ in range(size // 1000000): file.write(data)
s3.upload_file('threads', 'boto', 'threads', Config=config, ExtraArgs={'Metadata': {'a': 'b'}})
s3.download_file('boto', 'threads', 'threads.back', Config=config)
def digest(name):
    with open(name, 'rb') as file: return hashlib.file_digest(file, 'sha256').hexdigest() if hasattr(hashlib, 'file_digest') else hashlib.sha256(file.read()).hexdigest()
assert digest('threads') == digest('threads.back')
head = s3.head_object(Bucket='boto', Key='threads', ChecksumMode='ENABLED')
assert head['Metadata'] == {'a': 'b'} and head['ContentLength'] == size, head
assert 'ChecksumCRC32' in head, head
for algorithm in ['CRC32', 'SHA1', 'SHA256']:
    s3.put_object(Bucket='boto', Key='checked', Body=b'x' * 100000, ChecksumAlgorithm=algorithm)
    body = s3.get_object(Bucket='boto', Key='checked', ChecksumMode='ENABLED')['Body']
    assert body.read() == b'x' * 100000
for n in range(25): s3.put_object(Bucket='boto', Key='many/%d' % n, Body=b'')
pages = s3.get_paginator('list_objects_v2').paginate(Bucket='boto', Prefix='many/', PaginationConfig={'PageSize': 10})
assert sum(page['KeyCount'] for page in pages) == 25
s3.copy({'Bucket': 'boto', 'Key': 'threads'}, 'boto', 'copied', Config=config)
assert s3.head_object(Bucket='boto', Key='copied')['ContentLength'] == size
try:
    s3.get_object(Bucket='boto', Key='none')
    raise SystemExit('there is no such key')
except s3.exceptions.NoSuchKey: pass
bucket = boto3.resource('s3', endpoint_url=sys.argv[1]).Bucket('boto')
bucket.objects.all().delete()
bucket.delete()
print('whole')
`;

  test('transfers with threads, in parts, checked', { timeout: TIMEOUT_MS }, async () => {
    const args = ['-c', SCRIPT, server.endpoint, String(MEGABYTES)];
    const result = await run('python3', args, {
      cwd: folder.path,
      env: AWS_ENVIRONMENT,
      timeoutMs: TIMEOUT_MS,
    });
    expect([result.stdout.trim(), result.stderr]).toEqual(['whole', '']);
  });
});
