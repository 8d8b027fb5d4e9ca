import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareNamespaces } from './namespace-tools.ts';

test.skipIf(process.platform !== 'linux')(
  'a machine without bubblewrap is told what to install',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'lambent-tools-'));
    await expect(prepareNamespaces(join(root, 'own'), [], [root])).rejects.toThrow(
      'apt-get install bubblewrap',
    );
    rmSync(root, { recursive: true, force: true });
  },
);

test.skipIf(process.platform === 'linux')('another system than Linux has no namespaces', async () => {
  await expect(prepareNamespaces('/nowhere', [])).rejects.toThrow('Linux');
});
