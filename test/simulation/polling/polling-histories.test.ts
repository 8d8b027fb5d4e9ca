import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { Chance } from '../chance.ts';
import { PollingWorld } from './polling-world.ts';

/** Mappings, half of queues, half of streams; each lives through a history of its own. */
const HISTORIES = Number(process.env['LAMBENT_POLLING_HISTORIES'] ?? 60);
const FIRST_SEED = Number(process.env['LAMBENT_POLLING_SEED'] ?? 1);
const TOGETHER = 20;

test(`${HISTORIES} histories of mappings: nothing is lost, out of order, or delivered after it was settled`, {
  timeout: 120_000 + HISTORIES * 1000,
}, async () => {
  let runs = 0;
  for (let seed = FIRST_SEED; (seed - FIRST_SEED) * TOGETHER < HISTORIES; seed += 1) {
    // Thousands of histories need no disk.
    const store = await openStore({
      dataDir: '.',
      url: undefined,
      ephemeral: true,
      onWarning: () => undefined,
    });
    const world = new PollingWorld(store, new Chance(seed), TOGETHER);
    try {
      runs += await world.run();
    } finally {
      await store.close();
    }
    expect([`LAMBENT_POLLING_SEED=${seed}`, world.problems]).toEqual([expect.anything(), []]);
  }
  expect(runs).toBeGreaterThan(HISTORIES * 5);
});
