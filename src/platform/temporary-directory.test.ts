import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processName } from '../sandbox/process-name.ts';
import { sweep } from './temporary-directory.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lambent-test-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A process that takes a temporary directory, and tells where others would put their files. */
async function process(then: string) {
  const module = JSON.stringify(join(import.meta.dirname, 'temporary-directory.ts'));
  const program = `
    import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { ownTemporaryDirectory } from ${module};
    ownTemporaryDirectory();
    console.log(mkdtempSync(tmpdir() + '/inner-'));
    ${then}`;
  const child = spawn(globalThis.process.execPath, ['--input-type=module-typescript', '-e', program], {
    env: { TMPDIR: base },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, path: said.toString().trim() };
}

test.each(['', 'process.exit(3);', 'throw undefined;'])('it goes with the process: %j', async (then) => {
  const { child, path } = await process(then);
  expect(path.startsWith(`${base}/lambent-`)).toBe(true);
  await once(child, 'exit');
  expect(readdirSync(base)).toEqual([]);
});

test('what a killed process left goes with the next start; what a living one has stays', async () => {
  const killed = await process('setInterval(() => undefined, 1000);');
  const living = await process('setInterval(() => undefined, 1000);');
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  expect(existsSync(killed.path)).toBe(true);
  const next = await process('');
  await once(next.child, 'exit');
  expect(existsSync(killed.path)).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  living.child.kill('SIGKILL');
});

test('nothing of another name is touched', async () => {
  const names = ['lambent-test-abc', 'lambent-1-2', 'other', processName(), 'lambent-1-999999999-1'];
  for (const name of names) mkdirSync(join(base, name));
  writeFileSync(join(base, 'lambent-Xyz'), '');
  await sweep(base);
  expect(readdirSync(base)).toHaveLength(6);
});
