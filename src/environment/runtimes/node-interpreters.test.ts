import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findNode } from './node-interpreters.ts';

const directory = mkdtempSync(join(tmpdir(), 'lambent-node-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
}

test('the running interpreter is known without a test', async () => {
  const major = Number.parseInt(process.versions.node, 10);
  const found = await findNode(major, '/nowhere', '/nowhere');
  expect(found).toContainEqual({
    path: process.execPath,
    release: major,
    version: process.versions.node,
    origin: 'bundled',
  });
});

test('a major that is not packaged is looked for on the search path, broken programs aside', async () => {
  program('node21', 'printf "21.7.3\\n/real/place/node"');
  program('node', 'exit 127');
  program('nodejs21', 'printf "16.1.0\\n/too/old/node"');
  const found = await findNode(21, `relative:${directory}:/nowhere`, '/nowhere');
  expect(found[0]).toEqual({ path: '/real/place/node', release: 21, version: '21.7.3', origin: 'machine' });
  expect(found.map(({ path }) => path)).not.toContain('/too/old/node');
  expect(found.length).toBeGreaterThan(1);
});
