import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import type { LoadCommand, LoadResult } from './load-generator.ts';
import { median, type Placement } from './processes.ts';
import type { Row } from './report.ts';

const WORKERS = 3;
/**
 * 128 is what the goal is for. With 24 each worker has eight, which makes smaller turns of its event loop than the 24
 * of the one process.
 */
const SETTINGS = [
  { connections: 24, goal: '' },
  { connections: 128, goal: '>= 2.2' },
];
/** The last to get faster are the environments, each a process of its own. */
const SLICES_WITHOUT_GAIN = 2;
const BODY = JSON.stringify({ payload: 'x'.repeat(1000) });
const PATH = '/2015-03-31/functions/echo/invocations';

/**
 * Three workers against one process, slices in turn: the one and its functions share a processor, the three and theirs
 * share three. So the ratio says what another processor is good for.
 */
export async function measureWorkers(where: Placement, effort: Effort): Promise<Row[]> {
  if (where.servers === undefined || availableParallelism() < WORKERS + 1) return [];
  // The level whose own work is least: freezing functions that share a processor is not what is asked here.
  const level = ['--isolation', 'process'];
  const one = await Lambent.start('1', level);
  const three = await Lambent.start(`1-${WORKERS}`, [...level, '--workers', String(WORKERS)]);
  // A generator can be what limits: there are as many as workers.
  const loads = Array.from({ length: WORKERS }, () => new Load(where.generator));
  try {
    await untilReady(three);
    for (const lambent of [one, three]) {
      await lambent.deploy('echo', 'nodejs24.x', { memoryMb: 1769 });
    }
    const rows: Row[] = [];
    for (const { connections, goal } of SETTINGS) {
      const slice = async (lambent: Lambent, durationMs: number): Promise<number> =>
        await rate(loads, lambent, { connections, durationMs });
      for (const lambent of [one, three])
        await warmUp(async () => await slice(lambent, 2 * effort.sliceMs), effort);
      const ours: number[] = [];
      const baseline: number[] = [];
      for (let round = 0; round < effort.rounds; round += 1) {
        baseline.push(await slice(one, effort.sliceMs));
        ours.push(await slice(three, effort.sliceMs));
        await setTimeout(100);
      }
      const ratio = median(ours.map((value, round) => value / (baseline[round] ?? Number.NaN)));
      const name = `warm invokes by ${WORKERS} workers against one process, ${connections} connections`;
      rows.push({ name, unit: 'requests/s', ours: median(ours), baseline: median(baseline), ratio, goal });
    }
    return rows;
  } finally {
    for (const load of loads) await load.close();
    await one.stop();
    await three.stop();
  }
}

async function warmUp(slice: () => Promise<number>, { mostWarmUpSlices }: Effort): Promise<void> {
  for (let best = 0, without = 0, times = 0; times < mostWarmUpSlices.ours; times += 1) {
    const now = await slice();
    without = now < best * 1.03 ? without + 1 : 0;
    if (without === SLICES_WITHOUT_GAIN) return;
    best = Math.max(best, now);
  }
}

/** Requests/s, of all generators together. */
async function rate(
  loads: readonly Load[],
  { port }: Lambent,
  { connections, durationMs }: Pick<LoadCommand, 'connections' | 'durationMs'>,
): Promise<number> {
  const each = Math.ceil(connections / loads.length);
  const command: LoadCommand = { port, path: PATH, body: BODY, connections: each, durationMs };
  return perSecond(await Promise.all(loads.map(async (load) => await load.run(command))));
}

function perSecond(results: readonly LoadResult[]): number {
  if (results.some(({ failures }) => failures > 0)) throw new Error('invokes failed under load');
  return results.reduce((sum, result) => sum + result.perSecond, 0);
}

async function untilReady({ endpoint }: Lambent): Promise<void> {
  for (;;) {
    const answer = await fetch(`${endpoint}/_lambent/health`);
    const { workers } = (await answer.json()) as { readonly workers: readonly unknown[] };
    if (workers.length === WORKERS) return;
    await setTimeout(50);
  }
}
