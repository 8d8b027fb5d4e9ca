import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FunctionRecord } from '../model/stored-function.ts';
import { UnneededCode } from './unneeded-code.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Stored = FunctionRecord['current'];

function stored(codeSha256: string, ...layers: string[]): Stored {
  return { codeSha256, layers: layers.map((layer) => ({ codeSha256: layer })) } as unknown as Stored;
}

test('the code of every version is kept, and of what still serves while an update is under way', async () => {
  const records: FunctionRecord[] = [
    { current: stored('a'), serving: undefined },
    { current: stored('new', 'l', 'm'), serving: stored('old') },
  ];
  const needed: unknown[] = [];
  const unneeded = new UnneededCode(
    { records: () => records },
    {
      removeUnneeded: async (versions) => {
        for (const { codeSha256, layerSha256s } of versions) needed.push([codeSha256, ...layerSha256s]);
      },
    },
  );
  vi.advanceTimersByTime(600_000);
  expect(needed).toEqual([['a'], ['new', 'l', 'm'], ['old']]);
  await unneeded.stop();
  vi.advanceTimersByTime(6_000_000);
  expect(needed).toHaveLength(3);
});
