import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/commands.ts';

const demo = join(import.meta.dirname, '../../tools/demo/main.ts');
const WITHIN_MS = 100_000;

test('the demo shows response, log and timings, and leaves nothing behind', {
  timeout: WITHIN_MS + 20_000,
}, async () => {
  // Of its own: others run demos on this machine too.
  const folder = await mkdtemp(join(tmpdir(), 'lambent-test-'));
  const { code, stdout, stderr } = await run(process.execPath, [demo], {
    env: { TMPDIR: folder },
    timeoutMs: WITHIN_MS,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /"message": "Hello Lambent".*greeting Lambent.*REPORT RequestId.*cold start +[\d.]+ ms/s,
  );
  expect(stdout).toMatch(/warm median +[\d.]+ ms +of 20 invokes/);
  const left = await readdir(folder);
  expect(left.filter((name) => name.startsWith('lambent-'))).toEqual([]);
  await rm(folder, { recursive: true });
});
