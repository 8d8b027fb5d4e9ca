import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareGvisor } from './gvisor-tools.ts';

test.skipIf(process.platform !== 'linux')('a machine without runsc is told what to install', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lambent-tools-'));
  await expect(prepareGvisor(join(root, 'own'), [], [root])).rejects.toThrow('runsc is missing: install');
  rmSync(root, { recursive: true, force: true });
});

test.skipIf(process.platform === 'linux')('another system than Linux has no gVisor', async () => {
  await expect(prepareGvisor('/nowhere', [])).rejects.toThrow('Linux');
});
