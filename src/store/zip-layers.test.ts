import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, record } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { rawZip } from '../../test/support/raw-zip.ts';
import { extractZips } from './zip-archive.ts';

const root = mkdtempSync(join(tmpdir(), 'lambent-layers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LIMITS = { maxUnzippedBytes: 1_000_000, maxEntries: 1_000 };
let serial = 0;

/** An archive's entries: text is a file, `-> path` a link, `/` a folder. */
type Layer = Readonly<Record<string, string>>;

function zip(layer: Layer): Uint8Array {
  return rawZip(
    Object.entries(layer).map(([name, content]) => {
      if (content === '/') return { name: `${name}/`, mode: 0o040755 };
      if (!content.startsWith('-> ')) return { name, content, mode: 0o100644 };
      return { name, content: content.slice(3), mode: 0o120777 };
    }),
  );
}

/** What is below a directory, in the same words; only empty folders are named. */
async function treeOf(directory: string, prefix = ''): Promise<Layer> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const name = prefix + entry.name;
    if (entry.isSymbolicLink()) tree[name] = `-> ${await readlink(path)}`;
    else if (entry.isFile()) tree[name] = await readFile(path, 'utf8');
    else {
      const inside = await treeOf(path, `${name}/`);
      Object.assign(tree, Object.keys(inside).length === 0 ? { [name]: '/' } : inside);
    }
  }
  return tree;
}

async function merged(...layers: readonly Layer[]): Promise<Layer> {
  serial += 1;
  const target = join(root, `target-${serial}`);
  await extractZips(layers.map(zip), target, LIMITS);
  return await treeOf(target);
}

describe('archives laid over each other', () => {
  test('merge folders, and of two files the later wins', async () => {
    expect(
      await merged({ 'lib/a': '1', 'lib/both': '1', x: '1' }, { 'lib/b': '2', 'lib/both': '2' }, { x: '3' }),
    ).toEqual({ 'lib/a': '1', 'lib/b': '2', 'lib/both': '2', x: '3' });
  });

  test('a file takes the place of a folder with all that is in it', async () => {
    expect(
      await merged({ 'lib/deep/a': '1', 'lib/link': '-> deep/a', 'lib/empty': '/', keep: '1' }, { lib: '2' }),
    ).toEqual({ lib: '2', keep: '1' });
  });

  test('a folder takes the place of a file, named or not', async () => {
    expect(await merged({ lib: '1', more: '1' }, { 'lib/a': '2', more: '/', z: '2' })).toEqual({
      'lib/a': '2',
      more: '/',
      z: '2',
    });
  });

  test('links take places and lose them like files', async () => {
    expect(await merged({ a: '1', b: '-> a', 'c/d': '1' }, { b: '2', c: '-> a' })).toEqual({
      a: '1',
      b: '2',
      c: '-> a',
    });
  });

  test("nothing is written through an earlier archive's link", async () => {
    expect(await merged({ 'real/a': '1', lib: '-> real' }, { 'lib/a': '2' })).toEqual({
      'real/a': '1',
      'lib/a': '2',
    });
  });

  test('links that lead outside are refused in every archive', async () => {
    await expect(merged({ a: '1' }, { out: '-> ../outside' })).rejects.toThrow('lead outside');
    await expect(merged({ out: '-> /etc' }, { a: '1' })).rejects.toThrow('absolute path');
  });

  test('come out as if each had been written into an empty tree after the other', async () => {
    const names = constantFrom('a', 'b', 'a/b', 'a/c', 'b/a', 'a/b/c', 'b/a/c');
    const kinds = constantFrom('one', 'two', '-> a', '/');
    const layer = array(record({ name: names, content: kinds }), { minLength: 1, maxLength: 4 });
    await assert(
      asyncProperty(array(layer, { minLength: 2, maxLength: 4 }), async (drafts) => {
        const layers = drafts.map((entries) => consistent(entries)).filter(hasFile);
        if (layers.length === 0) return;
        expect(await merged(...layers)).toEqual(simulated(layers));
      }),
      { numRuns: 200 },
    );
  });
});

/** Leaves out entries that contradict earlier ones of the same archive; links only where they lead inside. */
function consistent(entries: readonly { readonly name: string; readonly content: string }[]): Layer {
  const kept: Record<string, string> = {};
  for (const { name, content } of entries) {
    const clashes = Object.entries(kept).some(
      ([other, kind]) =>
        other === name ||
        (other.startsWith(`${name}/`) && content !== '/') ||
        (name.startsWith(`${other}/`) && kind !== '/'),
    );
    if (!clashes) kept[name] = content;
  }
  return kept;
}

function hasFile(layer: Layer): boolean {
  return Object.values(layer).some((content) => content !== '/');
}

/** The plain way to say it: path after path, whatever is in the way goes first. */
function simulated(layers: readonly Layer[]): Layer {
  const tree = new Map<string, string>();
  for (const [name, content] of layers.flatMap((layer) => Object.entries(layer))) {
    const parts = name.split('/');
    for (let end = 1; end <= parts.length; end += 1) {
      const path = parts.slice(0, end).join('/');
      const isFolder = end < parts.length || content === '/';
      if (isFolder && tree.get(path) === '/') continue;
      for (const other of tree.keys()) {
        if (other === path || (!isFolder && other.startsWith(`${path}/`))) tree.delete(other);
      }
      tree.set(path, isFolder ? '/' : content);
    }
  }
  const isEmpty = (path: string): boolean => ![...tree.keys()].some((other) => other.startsWith(`${path}/`));
  return Object.fromEntries([...tree].filter(([path, kind]) => kind !== '/' || isEmpty(path)));
}
