import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { CodeDirectories } from './code-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'lambent-code-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function archive(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(files))
    zip.addBuffer(Buffer.from(text), path, { mode: 0o100755 });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(root, name)));
}

test('unpacks a package once, however often and at once it is asked for', async () => {
  await archive('a', { 'index.js': 'code', 'lib/deep.js': 'deep' });
  let asked = 0;
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => {
    asked += 1;
    return join(root, sha256);
  });
  const [first, second] = await Promise.all([directories.prepare('a'), directories.prepare('a')]);
  expect(first).toBe(second);
  expect(readFileSync(join(first, 'lib/deep.js'), 'utf8')).toBe('deep');
  expect(statSync(join(first, 'index.js')).mode & 0o111).not.toBe(0);
  // Another platform on the same directory, after a restart.
  const later = new CodeDirectories(join(root, 'code'), () => 'nowhere');
  expect(await later.prepare('a')).toBe(first);
  expect(asked).toBe(1);
});

test('removes it', async () => {
  await archive('b', { 'index.js': 'code' });
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256));
  await directories.prepare('b');
  await directories.remove('b');
  expect(await readdir(join(root, 'code'))).not.toContain('b');
  expect(readFileSync(join(await directories.prepare('b'), 'index.js'), 'utf8')).toBe('code');
});

test('clears what an interrupted extraction left', async () => {
  await archive('d', { 'index.js': 'code' });
  mkdirSync(join(root, 'code', 'd.tmp-1', 'part'), { recursive: true });
  await new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256)).prepare('d');
  expect(await readdir(join(root, 'code'))).not.toContain('d.tmp-1');
});

test('a failed extraction leaves nothing and is tried again', async () => {
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256));
  await expect(directories.prepare('c')).rejects.toThrow('ENOENT');
  await archive('c', { 'index.js': 'code' });
  expect(readFileSync(join(await directories.prepare('c'), 'index.js'), 'utf8')).toBe('code');
});
