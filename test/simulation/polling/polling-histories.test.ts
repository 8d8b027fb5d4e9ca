import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { Chance } from '../chance.ts';
import { PollingWorld } from './polling-world.ts';

/** Mappings, half of queues, half of streams; each lives through a history of its own. */
const HISTORIES = Number(process.env['LAMBENT_POLLING_HISTORIES'] ?? 60);
const FIRST_SEED = Number(process.env['LAMBENT_POLLING_SEED'] ?? 1);
const TOGETHER = 20;
/** In real time, for those of one seed: they take some seconds on a machine that is busy with others. */
const PATIENCE_MS = 180_000;

test(`${HISTORIES} histories of mappings: nothing is lost, out of order, or delivered after it was settled`, {
  timeout: 2 * PATIENCE_MS + HISTORIES * 2000,
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
    const patience = new AbortController();
    const ended = await Promise.race([
      world.run(),
      after(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    if (ended === undefined) expect.fail(`LAMBENT_POLLING_SEED=${seed}\n${world.whereabouts}`);
    await store.close();
    runs += ended;
    if (world.problems.length > 0)
      expect.fail([`LAMBENT_POLLING_SEED=${seed}`, ...world.problems].join('\n'));
  }
  expect(runs).toBeGreaterThan(HISTORIES * 5);
});
