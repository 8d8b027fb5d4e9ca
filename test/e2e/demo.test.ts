import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/commands.ts';

const demo = join(import.meta.dirname, '../../tools/demo/main.ts');
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('lambent-demo-'));

test('the demo shows response, log and timings, and leaves nothing behind', async () => {
  const before = leftovers();
  const { code, stdout, stderr } = await run(process.execPath, [demo]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /"message": "Hello Lambent".*greeting Lambent.*REPORT RequestId.*cold start +[\d.]+ ms/s,
  );
  expect(stdout).toMatch(/warm median +[\d.]+ ms +of 20 invokes/);
  expect(leftovers()).toEqual(before);
});
