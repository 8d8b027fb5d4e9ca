import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { areFilesHeld, holdFiles } from './backup-lock.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lambent-store-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

test('files are held until the last backup has ended, and nothing is left of it then', () => {
  expect(areFilesHeld(directory)).toBe(false);
  const [one, two] = [holdFiles(directory), holdFiles(directory)];
  expect(areFilesHeld(directory)).toBe(true);
  one();
  expect(areFilesHeld(directory)).toBe(true);
  two();
  expect(areFilesHeld(directory)).toBe(false);
  expect(readdirSync(directory)).toEqual([]);
  const three = holdFiles(directory);
  expect(areFilesHeld(directory)).toBe(true);
  three();
});

test('a backup that is killed holds nothing any more', async () => {
  const source = `import { holdFiles } from ${JSON.stringify(join(import.meta.dirname, 'backup-lock.ts'))};
    holdFiles(${JSON.stringify(directory)});
    console.log('held');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(areFilesHeld(directory)).toBe(true);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  expect(areFilesHeld(directory)).toBe(false);
  const again = holdFiles(directory);
  expect(areFilesHeld(directory)).toBe(true);
  again();
});

test('says why it cannot', () => {
  expect(() => holdFiles(join(directory, 'absent'))).toThrow('ENOENT');
});
