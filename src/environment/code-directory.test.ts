import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
  expect(await directories.prepare('a')).toBe(first);
  expect(asked).toBe(1);
});

test('unpacks again what was cleared away meanwhile, once', async () => {
  await archive('g', { 'index.js': 'code' });
  let asked = 0;
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => {
    asked += 1;
    return join(root, sha256);
  });
  await directories.prepare('g');
  rmSync(join(root, 'code'), { recursive: true });
  const [first, second] = await Promise.all([directories.prepare('g'), directories.prepare('g')]);
  expect(first).toBe(second);
  expect(readFileSync(join(first, 'index.js'), 'utf8')).toBe('code');
  expect(asked).toBe(2);
});

test('trusts nothing an earlier run unpacked, and clears it away', async () => {
  await archive('b', { 'index.js': 'code' });
  const path = (sha256: string): string => join(root, sha256);
  const before = await new CodeDirectories(join(root, 'code'), path).prepare('b');
  writeFileSync(join(before, 'index.js'), 'changed');
  mkdirSync(join(root, 'code', 'd.tmp-1', 'part'), { recursive: true });
  const after = await new CodeDirectories(join(root, 'code'), path).prepare('b');
  expect(readFileSync(join(after, 'index.js'), 'utf8')).toBe('code');
  expect(await readdir(join(root, 'code'))).toEqual(['b']);
  const isOld = (name: string): boolean => name.includes('.old-');
  await expect.poll(async () => (await readdir(root)).filter(isOld)).toEqual([]);
});

test('a failed extraction leaves nothing and is tried again', async () => {
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256));
  await expect(directories.prepare('c')).rejects.toThrow('ENOENT');
  await archive('c', { 'index.js': 'code' });
  expect(readFileSync(join(await directories.prepare('c'), 'index.js'), 'utf8')).toBe('code');
});

test('layers are one directory for each combination, a single one the same as a package', async () => {
  await archive('e', { 'lib/both': 'e', 'lib/e': 'e' });
  await archive('f', { 'lib/both': 'f', 'lib/f': 'f' });
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256));
  const read = async (sha256s: readonly string[]): Promise<string> =>
    readFileSync(join(await directories.prepareLayers(sha256s), 'lib/both'), 'utf8');
  expect(await read(['e', 'f'])).toBe('f');
  expect(await read(['f', 'e'])).toBe('e');
  const [first, second] = await Promise.all([
    directories.prepareLayers(['e', 'f']),
    directories.prepareLayers(['e', 'f']),
  ]);
  expect(first).toBe(second);
  expect((await readdir(join(first, 'lib'))).sort()).toEqual(['both', 'e', 'f']);
  expect(await directories.prepareLayers(['e'])).toBe(await directories.prepare('e'));
});

test('a version is ready when its code and all its layers are', async () => {
  await archive('g', { 'index.js': 'code' });
  await archive('h', { 'lib/h': 'h' });
  const directories = new CodeDirectories(join(root, 'code'), (sha256) => join(root, sha256));
  await directories.prepareAll({ codeSha256: 'g', layerSha256s: [] });
  expect(await readdir(join(root, 'code'))).toEqual(['g']);
  const missing = directories.prepareAll({ codeSha256: 'g', layerSha256s: ['h', 'none'] });
  await expect(missing).rejects.toThrow('ENOENT');
  await directories.prepareAll({ codeSha256: 'g', layerSha256s: ['h'] });
  expect((await readdir(join(root, 'code'))).sort()).toEqual(['g', 'h']);
});

test('code that no version has any more is removed an hour later, unless it is asked for again', async () => {
  for (const name of ['i', 'j', 'k', 'l', 'm']) await archive(name, { [name]: name });
  const of = (codeSha256: string, ...layerSha256s: string[]) => ({ codeSha256, layerSha256s });
  let now = 0;
  const code = join(root, 'removed', 'code');
  const directories = new CodeDirectories(
    code,
    (sha256) => join(root, sha256),
    () => now,
  );
  const before = [of('i'), of('j', 'k', 'l'), of('m')];
  for (const version of before) await directories.prepareAll(version);
  const all = await readdir(code);
  expect(all).toHaveLength(4);

  await directories.removeUnneeded([of('i')]);
  now += 1_800_000;
  await directories.prepare('m');
  await directories.removeUnneeded([of('i')]);
  expect((await readdir(code)).toSorted()).toEqual(all.toSorted());
  now += 1_800_000;
  await directories.removeUnneeded([of('i')]);
  expect((await readdir(code)).toSorted()).toEqual(['i', 'm']);
  expect(await readdir(join(root, 'removed'))).toEqual(['code']);
  now += 1_800_000;
  await directories.removeUnneeded([of('i'), of('m')]);
  now += 3_600_000;
  await directories.removeUnneeded([of('i'), of('m')]);
  expect((await readdir(code)).toSorted()).toEqual(['i', 'm']);

  for (const version of before) await directories.prepareAll(version);
  expect((await readdir(code)).toSorted()).toEqual(all.toSorted());
});
