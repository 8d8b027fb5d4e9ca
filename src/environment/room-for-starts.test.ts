import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FunctionVersion } from '../model/function-version.ts';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

/** How many environments may be there before files or memory are scarce. */
let room: { files: number; memory: number };
let it: PoolFixture;

beforeEach(() => {
  room = { files: 1000, memory: 1000 };
  const there = (): number => {
    const { starting, idle, busy } = it.pool.counts();
    return starting - 1 + idle + busy;
  };
  it = new PoolFixture({
    filesAreScarce: () => there() >= room.files,
    memoryIsScarce: () => there() >= room.memory,
  });
});
afterEach(async () => await it.close());

const versions = (size: number): FunctionVersion[] =>
  Array.from({ length: size }, (_, n) =>
    functionVersion({ functionArn: `arn:aws:lambda:r:0:function:f${n}` }),
  );

const count = async (version: FunctionVersion): Promise<unknown> =>
  (await it.invoke(version, { do: 'count' })).value;

/** Once what has answered is idle. */
async function countIdle(version: FunctionVersion): Promise<unknown> {
  const value = await count(version);
  await vi.waitFor(() => expect(it.pool.counts().busy).toBe(0), 25_000);
  return value;
}

test('those unused for longest end where there are files for no more, and the others stay', async () => {
  room.files = 10;
  const all = versions(11);
  for (const version of all) expect(await countIdle(version)).toBe(1);
  expect(it.pool.counts().idle).toBe(3);
  expect(await countIdle(all[9] as FunctionVersion)).toBe(2);
  expect(await countIdle(all[0] as FunctionVersion)).toBe(1);
  expect(it.warnings).toEqual([expect.stringContaining('this process may open too few files for more')]);
});

test('where memory is scarce they end as well, and what is to start does start', async () => {
  room.memory = 4;
  for (const version of versions(6)) expect(await countIdle(version)).toBe(1);
  expect(it.pool.counts().idle).toBe(2);
  room.memory = 0;
  expect(await count(functionVersion())).toBe(1);
  expect(it.warnings).toEqual([]);
});

test('where all are busy and there are files for no more, the platform says so and keeps the rest', async () => {
  const [busy, other] = versions(2) as [FunctionVersion, FunctionVersion];
  const running = it.hold(busy);
  await vi.waitFor(() => expect(it.pool.counts().busy).toBe(1), 25_000);
  room.files = 1;
  await expect(count(other)).rejects.toThrow('Lambent may open too few files to start another');
  running.release();
  await running.answer;
  expect(await countIdle(other)).toBe(1);
});
