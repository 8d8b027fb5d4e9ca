import type { Effort } from './effort.ts';
import type { Load } from './load.ts';
import type { LoadCommand, LoadResult } from './load-generator.ts';
import { median } from './processes.ts';

/** What a load is sent to. */
export type Target = Pick<LoadCommand, 'port' | 'path' | 'body'>;

export interface Pair {
  readonly ours: Target;
  readonly baseline: Target;
}

export interface PairFigures {
  readonly ours: readonly LoadResult[];
  readonly baseline: readonly LoadResult[];
  /** Median over the rounds. */
  ratio(of: (result: LoadResult) => number): number;
}

/** Slices of the same load on both in turn, so that what the machine does meanwhile hits both alike. */
export async function measurePair(
  pair: Pair,
  connections: number,
  load: Load,
  effort: Effort,
): Promise<PairFigures> {
  await warmUp(pair.ours, connections, load, effort);
  await warmUp(pair.baseline, connections, load, effort);
  const ours: LoadResult[] = [];
  const baseline: LoadResult[] = [];
  for (let round = 0; round < effort.rounds; round += 1) {
    const slice = { connections, durationMs: effort.sliceMs };
    const first = await load.run({ ...pair.ours, ...slice });
    const second = await load.run({ ...pair.baseline, ...slice });
    if (first.failures > 0) throw new Error(`${first.failures} invokes failed at concurrency ${connections}`);
    ours.push(first);
    baseline.push(second);
  }
  return {
    ours,
    baseline,
    ratio: (of) => median(ours.map((result, round) => of(result) / of(baseline[round] ?? result))),
  };
}

/** Runs slices until they get no faster: by then both sides run compiled code, in environments that are there. */
async function warmUp(target: Target, connections: number, load: Load, effort: Effort): Promise<void> {
  let best = 0;
  for (let slice = 0; slice < effort.mostWarmUpSlices; slice += 1) {
    const { perSecond } = await load.run({ ...target, connections, durationMs: 2 * effort.sliceMs });
    if (perSecond < best * 1.03 && slice >= 2) return;
    best = Math.max(best, perSecond);
  }
}
