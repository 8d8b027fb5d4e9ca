import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { listFiles, readIgnoreRules, requireFolder } from './list-files.ts';
import { zipFiles } from './zip-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambent-package-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const list = (of = folder) => listFiles(of, readIgnoreRules(of));
const paths = () => list().map(({ path }) => path);
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describe('what goes into a package', () => {
  test('everything but the usual ignores, sorted', () => {
    write({
      'b.js': '',
      'a/x.js': '',
      '.git/config': '',
      'a/__pycache__/x.pyc': '',
      '.env': 'SECRET=1',
      'dist/c.js': '',
    });
    expect(paths()).toEqual(['a/x.js', 'b.js', 'dist/c.js']);
  });

  test('ignore files of the folder add to that and take back', () => {
    write({ '.lambdaignore': '*.md\n/tmp/\n', '.lambentignore': '!.env.production\n' });
    write({ 'a.md': '', 'tmp/x': '', 'deep/tmp/x': '', '.env.production': '', '.env.local': '' });
    expect(paths()).toEqual(['.env.production', 'deep/tmp/x']);
  });

  test('links are followed, but not round in circles, and dead ones are left out', () => {
    write({ 'real/x.js': '' });
    symlinkSync('real', join(folder, 'link'));
    symlinkSync('..', join(folder, 'real/up'));
    symlinkSync('nowhere', join(folder, 'dead'));
    expect(paths()).toEqual(['link/x.js', 'real/x.js']);
  });

  test('a file or nothing is refused', () => {
    write({ file: '' });
    expect(() => requireFolder(join(folder, 'file'))).toThrow(/is not a folder/);
    expect(() => requireFolder(join(folder, 'none'))).toThrow(/is not a folder/);
  });
});

describe('the zip', () => {
  test('is the same for the same content, whatever the times, the place and the write order', async () => {
    write({ 'index.mjs': 'export {}', 'lib/a.js': 'a'.repeat(10_000), 'lib/é.txt': 'é' });
    const copy = mkdtempSync(join(tmpdir(), 'lambent-package-'));
    cpSync(folder, copy, { recursive: true });
    utimesSync(join(copy, 'index.mjs'), 1, 1);
    const [one, two] = [await zipFiles(list()), await zipFiles(list(copy))];
    rmSync(copy, { recursive: true });
    expect(sha256(two)).toBe(sha256(one));
  });

  test('changes with the content and with the executable bit', async () => {
    write({ bootstrap: '#!/bin/sh\n' });
    const before = sha256(await zipFiles(list()));
    chmodSync(join(folder, 'bootstrap'), 0o755);
    const executable = sha256(await zipFiles(list()));
    write({ bootstrap: '#!/bin/bash\n' });
    expect(new Set([before, executable, sha256(await zipFiles(list()))]).size).toBe(3);
  });

  test('holds paths and modes that unzip gives back', async () => {
    write({ bootstrap: '', 'lib/a.js': '' });
    chmodSync(join(folder, 'bootstrap'), 0o711);
    const zip = await fromBufferPromise(await zipFiles(list()));
    const entries: [string, string][] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push([entry.fileName, (entry.externalFileAttributes >>> 16).toString(8)]);
    }
    expect(entries).toEqual([
      ['bootstrap', '100755'],
      ['lib/a.js', '100644'],
    ]);
  });
});
