import { join } from 'node:path';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import { lineMatching, median, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

const EVENT = JSON.stringify({ payload: 'x'.repeat(1000) });
const ROUNDS = 7;
const SLICE_MS = 1000;
const MOST_WARM_UP_SLICES = 10;

/** Warm invokes against a bare node:http echo server: same payload, same processors, one-second slices in turn. */
export async function measureThroughput(where: Placement): Promise<Row[]> {
  const echo = startNode([join(import.meta.dirname, 'echo-server.ts')], where.servers);
  const echoPort = Number(new URL(await lineMatching(echo, /http:\S+/)).port);
  const lambent = await Lambent.start(where.servers);
  const load = new Load(where.generator);
  try {
    // A processor's worth for each environment: with less, the limit is what would be measured.
    await lambent.deploy('echo', 'nodejs24.x', { memoryMb: 1769 });
    const targets = {
      ours: { port: lambent.port, path: '/2015-03-31/functions/echo/invocations', body: EVENT },
      baseline: { port: echoPort, path: '/', body: EVENT },
    };
    const rows: Row[] = [];
    for (const connections of [1, 16, 128]) rows.push(...(await measureAt(connections, targets, load)));
    return rows;
  } finally {
    await load.close();
    await lambent.stop();
    await stop(echo);
  }
}

interface Targets {
  readonly ours: { readonly port: number; readonly path: string; readonly body: string };
  readonly baseline: { readonly port: number; readonly path: string; readonly body: string };
}

/** Runs slices until they get no faster: by then both sides run compiled code, in environments that are there. */
async function warmUp(target: Targets['ours'], connections: number, load: Load): Promise<void> {
  let best = 0;
  for (let slice = 0; slice < MOST_WARM_UP_SLICES; slice += 1) {
    const { perSecond } = await load.run({ ...target, connections, durationMs: 2 * SLICE_MS });
    if (perSecond < best * 1.03 && slice >= 2) return;
    best = Math.max(best, perSecond);
  }
}

async function measureAt(connections: number, targets: Targets, load: Load): Promise<Row[]> {
  await warmUp(targets.ours, connections, load);
  await warmUp(targets.baseline, connections, load);
  const ours = { perSecond: [] as number[], p50: [] as number[] };
  const baseline = { perSecond: [] as number[], p50: [] as number[] };
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await load.run({ ...targets.ours, connections, durationMs: SLICE_MS });
    const second = await load.run({ ...targets.baseline, connections, durationMs: SLICE_MS });
    if (first.failures > 0) throw new Error(`${first.failures} invokes failed at concurrency ${connections}`);
    ours.perSecond.push(first.perSecond);
    ours.p50.push(first.p50Us);
    baseline.perSecond.push(second.perSecond);
    baseline.p50.push(second.p50Us);
    ratios.push(first.perSecond / second.perSecond);
  }
  const rows: Row[] = [
    {
      name: `warm invoke throughput, ${connections} connections`,
      unit: 'requests/s',
      ours: median(ours.perSecond),
      baseline: median(baseline.perSecond),
      ratio: median(ratios),
      goal: connections === 16 ? '>= 0.5' : '',
    },
  ];
  if (connections === 1) {
    const [a, b] = [median(ours.p50), median(baseline.p50)];
    rows.unshift({
      name: 'warm invoke latency, p50',
      unit: 'µs',
      ours: a,
      baseline: b,
      ratio: a / b,
      goal: '',
    });
  }
  return rows;
}
