import { expect, test } from 'vitest';
import { MovableClock } from '../../../model/clock.ts';
import { openStore } from '../../../store/open-store.ts';
import { ShardTails } from './shard-tails.ts';

test('a shard that is closed while somebody begins to wait for it wakes them', async () => {
  const store = await openStore({
    dataDir: '.',
    url: undefined,
    ephemeral: true,
    onWarning: () => undefined,
  });
  const tails = new ShardTails({ store, clock: new MovableClock() });
  const shard = { streamId: 1, shard: 0 };
  tails.hearOf(shard, 7);
  const { signal } = new AbortController();
  const lastPlace = async (): Promise<number> => 7;
  let looks = 0;
  await tails.wait(shard, 7, signal, {
    isOpen: async () => {
      looks += 1;
      // It is closed at the very moment of the look, which does not see it yet.
      tails.wakeStream(1);
      return true;
    },
    lastPlace,
  });
  await tails.wait(shard, 7, signal, { isOpen: async () => (looks += 1) === 0, lastPlace });
  expect(looks).toBe(2);
  tails.clear();
  await store.close();
});
