import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Churn, makeKept, readAll } from '../support/crowded-buckets.ts';
import { eventually } from '../support/functions.ts';
import { backUp, type Installation, kindsOfInstallations, objectFiles } from '../support/installations.ts';

const KEPT = 400;
const ROUNDS = 2;

for (const { name, make, isSkipped } of kindsOfInstallations()) {
  describe.skipIf(isSkipped)(`a backup of ${name}`, { timeout: 300_000 }, () => {
    let installation: Installation;
    let churn: Churn;

    beforeEach(async () => {
      installation = await make();
    });

    afterEach(async () => {
      await churn.end();
      await installation.remove();
    });

    test('ends at once and is whole, however much is being deleted', async () => {
      const { servers, path, flags, dataDir } = installation;
      const [first] = servers;
      if (first === undefined) throw new Error('There is no server.');
      const kept = await makeKept(first, KEPT);
      churn = new Churn(servers);
      const folders = Array.from({ length: ROUNDS }, (_, n) => join(path, `backup-${n}`));
      for (const folder of folders) {
        const before = churn.rounds;
        expect(await backUp(folder, flags)).toContain(`to ${folder}`);
        expect(churn.rounds).toBeGreaterThan(before);
      }
      await churn.end();
      for (const folder of folders) {
        const restored = await installation.restore(folder);
        const objects = await readAll(restored);
        expect([...objects].filter(([, isWhole]) => !isWhole)).toEqual([]);
        expect(kept.filter((key) => !objects.has(key))).toEqual([]);
        expect(restored.output()).not.toContain('missing');
        // What no row names is not copied.
        expect(await objectFiles(folder)).toHaveLength(objects.size);
        await restored.stop();
      }
      // What was put off is gone as well.
      const left = (await readAll(first)).size;
      await eventually(
        async () => await objectFiles(dataDir),
        (files) => files.length === left,
        60_000,
      );
      await eventually(
        async () => await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true }),
        (entries) => entries.filter((entry) => entry.isFile() && entry.name.length === 64).length === 0,
        60_000,
      );
    });
  });
}
