import { availableParallelism } from 'node:os';
import { measureAtRest } from './parts/at-rest.ts';
import { measureBurst } from './parts/burst.ts';
import { measureColdStarts } from './parts/cold-start.ts';
import { measureDensity } from './parts/density.ts';
import { measureDrain } from './parts/drain.ts';
import { FULL, QUICK } from './parts/effort.ts';
import { measureFreezing } from './parts/freezing.ts';
import { measureMappings } from './parts/mappings.ts';
import { measureNoise } from './parts/noise.ts';
import { measureObjects } from './parts/objects.ts';
import { measurePeers } from './parts/peers.ts';
import { placement } from './parts/processes.ts';
import { measureRecords } from './parts/records.ts';
import { measureQueue } from './parts/queue.ts';
import { met, printLines, printTable, type Row, writeJson } from './parts/report.ts';
import { measureSteps } from './parts/steps.ts';
import { measureStreamMappings } from './parts/stream-mappings.ts';
import { watchStolenTime } from './parts/stolen-time.ts';
import { measureStreaming } from './parts/streaming.ts';
import { measureTableLatency } from './parts/table-latency.ts';
import { measureLargeTable } from './parts/tables-large.ts';
import { measureTables } from './parts/tables.ts';
import { measurePayloads, measureThroughput } from './parts/throughput.ts';
import { measureWorkers } from './parts/workers.ts';

/**
 * `npm run bench [-- PART...] [--quick] [--json] [--peers]`: every figure is a ratio to a baseline measured in the same
 * run, because absolute times on a shared machine mislead. Prints a table, or plain lines into a pipe, or with --json one
 * JSON document; writes that to bench/results/latest.json too. --quick takes less than two minutes: what has not begun
 * by then, on a slow machine, is left out. --peers measures other programs that invoke functions as well, which it
 * installs into a folder of its own.
 */
const FLAGS = ['--quick', '--json', '--peers'];
const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith('-')));
/** From this share of the processors' time on, taken by the host of a virtual machine, figures are told with it. */
const MUCH_STOLEN = 0.02;
const wanted = new Set(words.filter((word) => !word.startsWith('-')));
const isJson = flags.has('--json');
const effort = flags.has('--quick') ? QUICK : FULL;
const where = placement();
/** A part of a quick run begins no later than this after the first one: those behind the first take 20 s at most. */
const LATEST_QUICK_START_MS = 95_000;

/** In the order in which they matter. Those that a quick run leaves out take minutes, or are not about invokes. */
const PARTS: Readonly<Record<string, { title: string; isLong?: true; measure: () => Promise<Row[]> }>> = {
  warm: { title: 'warm invokes', measure: async () => await measureThroughput(where, effort) },
  steps: { title: 'steps of an invoke', measure: measureSteps },
  rest: { title: 'start-up and memory', measure: async () => await measureAtRest(effort) },
  cold: { title: 'cold starts', measure: async () => await measureColdStarts(effort) },
  workers: { title: 'workers', isLong: true, measure: async () => await measureWorkers(where, effort) },
  payloads: { title: 'large payloads', measure: async () => await measurePayloads(where, effort) },
  streaming: { title: 'streams', measure: async () => await measureStreaming(where, effort) },
  queue: { title: 'queues', measure: async () => await measureQueue(where, effort) },
  burst: { title: 'bursts', measure: async () => await measureBurst(effort) },
  drain: { title: 'a long queue', isLong: true, measure: async () => await measureDrain(where, effort) },
  mappings: {
    title: 'event source mappings',
    isLong: true,
    measure: async () => [
      ...(await measureMappings(where, effort)),
      ...(await measureStreamMappings(where, effort)),
    ],
  },
  objects: {
    title: 'large objects',
    isLong: true,
    measure: async () => await measureObjects(where, effort),
  },
  records: {
    title: 'records of streams',
    isLong: true,
    measure: async () => await measureRecords(where, effort),
  },
  tables: {
    title: 'tables',
    isLong: true,
    measure: async () => [
      ...(await measureTables(where, effort)),
      ...(await measureTableLatency(where, effort)),
    ],
  },
  'tables-large': {
    title: 'a large table',
    isLong: true,
    measure: async () => await measureLargeTable(where),
  },
  freeze: { title: 'freezing', isLong: true, measure: async () => await measureFreezing(where) },
  density: { title: 'density', isLong: true, measure: async () => await measureDensity(where) },
  noise: { title: 'noisy neighbours', isLong: true, measure: async () => await measureNoise(where) },
};

const unknown = [
  ...[...flags].filter((flag) => !FLAGS.includes(flag)),
  ...[...wanted].filter((part) => PARTS[part] === undefined),
];
if (unknown.length > 0) {
  console.error(
    `No such part or flag: ${unknown.join(', ')}. There are: ${[...Object.keys(PARTS), ...FLAGS].join(', ')}`,
  );
  process.exit(2);
}

const machine = `Node.js ${process.version}, ${availableParallelism()} cores; warm invokes: ${where.description}`;
console.error(machine);
const rows: Row[] = [];
const begunAt = performance.now();
for (const [part, { title, isLong, measure }] of Object.entries(PARTS)) {
  const isWanted = wanted.size === 0 ? !(effort.isQuick && isLong === true) : wanted.has(part);
  const isLate = effort.isQuick && wanted.size === 0 && performance.now() - begunAt > LATEST_QUICK_START_MS;
  if (isWanted && isLate) console.error(`no time for ${title}`);
  else if (isWanted) rows.push(...(await step(title, measure)));
}
if (flags.has('--peers')) rows.push(...(await step('peers', async () => await measurePeers(where, effort))));

const run = {
  node: process.version,
  cores: availableParallelism(),
  placement: where.description,
  quick: effort.isQuick,
  rows,
};
const file = writeJson(run);
if (isJson) console.log(JSON.stringify(run, null, 2));
else if (process.stdout.isTTY) printTable(rows);
console.error(`written to ${file}`);
if (rows.some((row) => met(row) === false)) process.exitCode = 1;

/** Says on standard error what is under way: the figures alone go to standard output. */
async function step(name: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  process.stderr.write(`measuring ${name} ... `);
  const startedAt = performance.now();
  const stolenTime = watchStolenTime();
  const measured = await measure();
  const stolen = stolenTime() ?? 0;
  const warning =
    stolen < MUCH_STOLEN ? '' : `; the machine's host took ${(100 * stolen).toFixed(0)}% of the time wanted`;
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(0)} s${warning}`);
  if (!isJson && !process.stdout.isTTY) printLines(measured);
  return measured;
}
