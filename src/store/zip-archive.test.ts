import { hash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  integer,
  oneof,
  record,
  stringMatching,
  uint8Array,
  uniqueArray,
} from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { rawZip } from '../../test/support/raw-zip.ts';
import { extractZip, inspectZip } from './zip-archive.ts';

const LIMITS = { maxUnzippedBytes: 20_000_000, maxEntries: 1_000 };

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lambent-zip-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Path to mode and content of everything below a folder. */
async function treeOf(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const stats = await lstat(join(folder, name));
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isSymbolicLink()) tree[name] = `link to ${await readlink(join(folder, name))}`;
    else if (stats.isDirectory()) tree[name] = `folder ${mode}`;
    else tree[name] = `${mode} ${digest(await readFile(join(folder, name)))}`;
  }
  return tree;
}

/** Short content as it is, else its hash. */
function digest(content: Uint8Array): string {
  return content.byteLength < 100 ? Buffer.from(content).toString('latin1') : hash('sha256', content);
}

describe('extractZip', () => {
  test('keeps modes but for what keeps others out, links inside, and folders that are empty', async () => {
    const zip = rawZip([
      { name: 'bootstrap', content: '#!/bin/sh', mode: 0o100755 },
      { name: 'plain.txt', content: 'no mode given' },
      { name: 'script', content: 'a mode without a type', mode: 0o755 },
      { name: 'secret.txt', content: 'unreadable even for its owner', mode: 0o100044 },
      { name: 'setuid', content: 'x', mode: 0o104755 },
      { name: 'lib/deep/index.js', content: 'x'.repeat(100_000), deflate: true, mode: 0o100644 },
      { name: 'lib/bin/run', content: '../deep/index.js', mode: 0o120777 },
      { name: 'private.sh', content: 'as Python’s zipfile writes it', mode: 0o100700 },
      { name: 'empty/', mode: 0o040700 },
      { name: 'empty-too/' },
      { name: './dotted//name', content: 'd' },
      { name: 'grüße.txt', content: '' },
    ]);
    const target = join(root, 'a', 'target');
    await extractZip(zip, target, LIMITS);
    expect(await treeOf(target)).toEqual({
      bootstrap: `755 ${digest(Buffer.from('#!/bin/sh'))}`,
      'plain.txt': `644 ${digest(Buffer.from('no mode given'))}`,
      script: `755 ${digest(Buffer.from('a mode without a type'))}`,
      'secret.txt': `444 ${digest(Buffer.from('unreadable even for its owner'))}`,
      setuid: `755 ${digest(Buffer.from('x'))}`,
      lib: 'folder 755',
      'lib/deep': 'folder 755',
      'lib/deep/index.js': `644 ${digest(Buffer.from('x'.repeat(100_000)))}`,
      'lib/bin': 'folder 755',
      'lib/bin/run': 'link to ../deep/index.js',
      'private.sh': `755 ${digest(Buffer.from('as Python’s zipfile writes it'))}`,
      empty: 'folder 755',
      'empty-too': 'folder 755',
      dotted: 'folder 755',
      'dotted/name': `644 ${digest(Buffer.from('d'))}`,
      'grüße.txt': '644 ',
    });
    const { paths, unzippedBytes } = await inspectZip(zip, LIMITS);
    expect({ files: paths.length, unzippedBytes }).toEqual({ files: 10, unzippedBytes: 100_121 });
  });

  test('reads the archive from a path, and replaces nothing that is there', async () => {
    const path = join(root, 'code.zip');
    await writeFile(path, rawZip([{ name: 'index.js', content: 'first' }]));
    const target = join(root, 'target');
    await extractZip(path, target, LIMITS);
    await extractZip(rawZip([{ name: 'index.js', content: 'second' }]), target, LIMITS);
    expect(await treeOf(target)).toEqual({ 'index.js': `644 ${digest(Buffer.from('first'))}` });
    expect((await readdir(root)).sort()).toEqual(['code.zip', 'target']);
  });

  test('calls at the same time for the same target all succeed', async () => {
    const zip = rawZip([{ name: 'index.js', content: 'x' }]);
    const target = join(root, 'target');
    await Promise.all(Array.from({ length: 6 }, () => extractZip(zip, target, LIMITS)));
    expect(await readdir(root)).toEqual(['target']);
  });

  test('of two files with one name the later wins, as with unzip -o', async () => {
    const zip = rawZip([
      { name: 'f', content: 'old' },
      { name: './f', content: 'new' },
    ]);
    await extractZip(zip, join(root, 'target'), LIMITS);
    expect(await treeOf(join(root, 'target'))).toEqual({ f: `644 ${digest(Buffer.from('new'))}` });
    expect((await inspectZip(zip, LIMITS)).paths).toHaveLength(1);
  });

  test('an archive of any shape comes out as it went in', async () => {
    const name = stringMatching(/^[a-zA-Z0-9_ .ü-]{1,12}$/).filter((text) => !/^\.{1,2}$/.test(text));
    const file = record({
      folders: array(
        name.map((text) => `d${text}`),
        { maxLength: 3 },
      ),
      name: name.map((text) => `f${text}`),
      content: oneof(uint8Array({ maxLength: 3_000 }), integer({ min: 1, max: 1_500 }).map(repetitive)),
      executable: boolean(),
      compress: boolean(),
    });
    let round = 0;
    await assert(
      asyncProperty(uniqueArray(file, { minLength: 1, maxLength: 10, selector: pathOf }), async (files) => {
        const target = join(root, `target-${round}`);
        round += 1;
        const zip = await pack(files);
        await extractZip(zip, target, LIMITS);
        const expected = new Map(files.map((one) => [pathOf(one), one]));
        const tree = await treeOf(target);
        const found = Object.entries(tree).filter(([, what]) => !what.startsWith('folder'));
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries(
            [...expected].map(([path, one]) => [
              path,
              `${one.executable ? 755 : 644} ${digest(one.content)}`,
            ]),
          ),
        );
        const unzippedBytes = files.reduce((sum, one) => sum + one.content.byteLength, 0);
        const inspected = await inspectZip(zip, LIMITS);
        expect(inspected.paths).toHaveLength(files.length);
        expect(inspected.unzippedBytes).toBe(unzippedBytes);
      }),
      { numRuns: 30 },
    );
  });
});

interface PackedFile {
  readonly folders: readonly string[];
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
  readonly compress: boolean;
}

const repetitive = (kilobytes: number): Uint8Array => Buffer.alloc(kilobytes * 1_000, 'lambent ');
const pathOf = (file: PackedFile): string => [...file.folders, file.name].join('/');

async function pack(files: readonly PackedFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const file of files) {
    const mode = file.executable ? 0o100755 : 0o100644;
    zip.addBuffer(Buffer.from(file.content), pathOf(file), { mode, compress: file.compress });
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
