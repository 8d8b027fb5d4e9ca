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
  const { sliceMs, mostWarmUpSlices } = effort;
  const slice = { connections, durationMs: sliceMs };
  await warmUp({ ...pair.ours, ...slice }, mostWarmUpSlices.ours, load);
  await warmUp({ ...pair.baseline, ...slice }, mostWarmUpSlices.baseline, load);
  const ours: LoadResult[] = [];
  const baseline: LoadResult[] = [];
  for (let round = 0; round < effort.rounds; round += 1) {
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
export async function warmUp(command: LoadCommand, mostSlices: number, load: Load): Promise<void> {
  let best = 0;
  for (let slice = 0; slice < mostSlices; slice += 1) {
    const { perSecond } = await load.run({ ...command, durationMs: 2 * command.durationMs });
    if (perSecond < best * 1.03 && slice >= 2) return;
    best = Math.max(best, perSecond);
  }
}
