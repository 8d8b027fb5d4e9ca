import { expect, test } from 'vitest';
import { Weeks } from './weeks.ts';

/** Each is three weeks of platform time. What failed with a seed is run again with that one as the first. */
const RUNS = Number(process.env['LAMBENT_SIMULATION_RUNS'] ?? 2);
const FIRST_SEED = Number(process.env['LAMBENT_SIMULATION_SEED'] ?? 1);

test(`${RUNS} times three random weeks: nothing is lost, made up, early, late or out of order`, {
  timeout: 120_000 + RUNS * 60_000,
}, async () => {
  let arrived = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) arrived += await new Weeks(seed).run();
  expect(arrived).toBeGreaterThan(RUNS * 100);
});
