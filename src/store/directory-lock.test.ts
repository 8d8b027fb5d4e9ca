import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireDirectoryLock, DataDirectoryInUse, DataDirectoryNotWritable } from './directory-lock.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambent-lock-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Another process that takes the lock, says so, and keeps it until it is killed. */
async function otherOwner() {
  const script = `
    import { acquireDirectoryLock } from ${JSON.stringify(new URL('./directory-lock.ts', import.meta.url).href)};
    await acquireDirectoryLock(${JSON.stringify(directory)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  expect(line).toBe('locked');
  return child;
}

describe('acquireDirectoryLock', () => {
  test('makes the directory, and can be had again after its release', async () => {
    const nested = join(directory, 'a', 'b');
    const lock = await acquireDirectoryLock(nested);
    await lock.release();
    await lock.release();
    const again = await acquireDirectoryLock(nested);
    await again.release();
    expect(await readdir(nested)).toEqual(['lambent.lock']);
  });

  test.runIf(process.platform === 'linux')('refuses a place where nothing can be made', async () => {
    await expect(acquireDirectoryLock('/proc/lambent/data')).rejects.toThrow(DataDirectoryNotWritable);
  });

  test('refuses a second owner in the same process', async () => {
    const lock = await acquireDirectoryLock(directory);
    await expect(acquireDirectoryLock(directory)).rejects.toThrow(DataDirectoryInUse);
    await lock.release();
  });

  test('names the process that has it, and is free as soon as that one is killed', async () => {
    const owner = await otherOwner();
    await expect(acquireDirectoryLock(directory)).rejects.toThrow(
      `The data directory ${directory} is in use by another Lambent (process ${owner.pid}). Stop it, or choose another with --data-dir.`,
    );
    await expect(acquireDirectoryLock(directory)).rejects.toHaveProperty('pid', owner.pid);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const lock = await acquireDirectoryLock(directory);
    await lock.release();
  });

  test('a process id left by a kill is no owner, even when it belongs to a living process', async () => {
    await writeFile(join(directory, 'lambent.pid'), `${process.ppid}\n`);
    const lock = await acquireDirectoryLock(directory);
    await lock.release();
  });

  test('says in one line that the directory cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'below')]) {
      const refused = acquireDirectoryLock(path);
      await expect(refused).rejects.toThrow(DataDirectoryNotWritable);
      await expect(refused).rejects.toThrow(/^Cannot write in the data directory [^\n]*--data-dir\.$/);
    }
  });
});
