import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseGroups, residentByGroup } from './group-memory-ps.ts';

test('adds up resident memory by process group', () => {
  expect(parseGroups('  10   100\n  10  24\n 2000 1\n\n')).toEqual(
    new Map([
      [10, 124 * 1024],
      [2000, 1024],
    ]),
  );
});

// A bare Debian has /proc and no ps.
test.skipIf(!existsSync('/bin/ps'))('sees this process', async () => {
  const bytes = [...(await residentByGroup()).values()].reduce((sum, group) => sum + group, 0);
  expect(bytes).toBeGreaterThan(process.memoryUsage.rss() / 2);
});
