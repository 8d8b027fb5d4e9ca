import { join } from 'node:path';
import type { BenchFunctionName } from './bench-functions.ts';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import type { LoadResult } from './load-generator.ts';
import { measurePair, type Pair, type PairFigures } from './paired.ts';
import { lineMatching, median, move, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

const CONNECTIONS = [1, 16, 128, 1000];
const KILOBYTE = 'x'.repeat(1000);
/** Their size in characters, and how many are under way at once. */
const PAYLOADS = [
  { name: '256 KB', size: 256_000, connections: 16 },
  { name: '6 MB', size: 6_000_000, connections: 4 },
];
/** Of the requests per second of a bare node:http echo, by the number of connections. */
const GOALS: Readonly<Record<number, string>> = { 16: '>= 0.7', 128: '>= 0.7' };
interface Setting {
  /** Switches of Node.js. */
  readonly switches?: readonly string[];
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly kind: BenchFunctionName;
}

const OPEN: Setting = { flags: [], env: {}, kind: 'nodejs24.x' };
const STRICT: Setting = {
  ...OPEN,
  flags: ['--auth', 'strict'],
  env: { LAMBENT_ACCESS_KEYS: 'test:test' },
};
const LARGE_PAGES: Setting = { ...OPEN, switches: ['--use-largepages=silent'] };
const RUNTIME_API: Setting = { ...OPEN, kind: 'nodejs24.x by the Runtime API' };
const PERCENTILES = ['p50', 'p99', 'p999'] as const;

/** Warm invokes against a bare node:http echo server: same payload, same processors, slices in turn. */
export async function measureThroughput(where: Placement, effort: Effort): Promise<Row[]> {
  const open = await beside(where, OPEN, async (pairOf, load) => {
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      const figures = await measurePair(pairOf(KILOBYTE), connections, load, effort);
      const at = `${connections} connection${connections === 1 ? '' : 's'}`;
      rows.push(throughputRow(`warm invokes, ${at}`, figures, GOALS[connections] ?? ''));
      rows.push(
        ...PERCENTILES.map((which) =>
          latencyRow(`${which.replace('999', '99.9')} of a warm invoke, ${at}`, figures, `${which}Us`),
        ),
      );
    }
    return rows;
  });
  const signed = await measureRates(where, STRICT, effort, 'signatures verified', '>= 0.6');
  const api = await measureRates(where, RUNTIME_API, effort, 'by the Runtime API', '>= 0.35');
  const large = effort.isQuick
    ? []
    : await measureRates(where, LARGE_PAGES, effort, 'code in large pages', '');
  return [...open, ...signed, ...api, ...large];
}

async function measureRates(
  where: Placement,
  setting: Setting,
  effort: Effort,
  what: string,
  goal: string,
): Promise<Row[]> {
  return await beside(where, setting, async (pairOf, load) => {
    const rows: Row[] = [];
    for (const connections of [16, 128]) {
      const figures = await measurePair(pairOf(KILOBYTE), connections, load, effort);
      rows.push(throughputRow(`warm invokes, ${what}, ${connections} connections`, figures, goal));
    }
    return rows;
  });
}

/** The same with larger payloads, there and back. */
export async function measurePayloads(where: Placement, effort: Effort): Promise<Row[]> {
  return await beside(where, OPEN, async (pairOf, load) => {
    const rows: Row[] = [];
    for (const { name, size, connections } of PAYLOADS) {
      const figures = await measurePair(pairOf('x'.repeat(size)), connections, load, effort);
      rows.push(throughputRow(`warm invokes of ${name}, ${connections} connections`, figures, ''));
      rows.push(latencyRow(`p50 of a warm invoke of ${name}`, figures, 'p50Us'));
    }
    return rows;
  });
}

/** With a function that echoes, and a bare server that does. */
async function beside(
  where: Placement,
  { flags, env, kind, switches = [] }: Setting,
  measure: (pairOf: (payload: string) => Pair, load: Load) => Promise<Row[]>,
): Promise<Row[]> {
  const { front } = where;
  const echo = startNode([join(import.meta.dirname, 'echo-server.ts')], front?.own ?? where.servers);
  const port = Number(new URL(await lineMatching(echo, /http:\S+/)).port);
  // The processes that start functions are there by now, and stay where functions shall be.
  const lambent = await Lambent.start(front?.functions ?? where.servers, flags, { env, flags: switches });
  if (front !== undefined) move(lambent.process, front.own);
  const load = new Load(where.generator);
  try {
    // A processor's worth for each environment: with less, the limit is what would be measured.
    await lambent.deploy('echo', kind, { memoryMb: 1769 });
    const path = '/2015-03-31/functions/echo/invocations';
    const pairOf = (payload: string): Pair => {
      const body = JSON.stringify({ payload });
      return { ours: { port: lambent.port, path, body }, baseline: { port, path: '/', body } };
    };
    return await measure(pairOf, load);
  } finally {
    await load.close();
    await lambent.stop();
    await stop(echo);
  }
}

function throughputRow(name: string, figures: PairFigures, goal: string): Row {
  return { ...rowOf(name, 'requests/s', figures, ({ perSecond }) => perSecond), goal };
}

function latencyRow(name: string, figures: PairFigures, which: 'p50Us' | 'p99Us' | 'p999Us'): Row {
  return rowOf(name, 'µs', figures, (result) => result[which]);
}

function rowOf(name: string, unit: string, figures: PairFigures, of: (result: LoadResult) => number): Row {
  const { ours, baseline } = figures;
  return {
    name,
    unit,
    ours: median(ours.map(of)),
    baseline: median(baseline.map(of)),
    ratio: figures.ratio(of),
    goal: '',
  };
}
