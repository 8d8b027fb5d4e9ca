import { availableParallelism } from 'node:os';
import { measureAtRest } from './parts/at-rest.ts';
import { measureColdStarts } from './parts/cold-start.ts';
import { measureDensity } from './parts/density.ts';
import { measureFreezing } from './parts/freezing.ts';
import { measureNoise } from './parts/noise.ts';
import { placement } from './parts/processes.ts';
import { met, printTable, type Row, writeJson } from './parts/report.ts';
import { measureThroughput } from './parts/throughput.ts';

/**
 * `npm run bench [-- cold|warm|rest|freeze|density|noise]`: every figure is a ratio to a baseline measured in the same
 * run, because absolute times on a shared machine mislead. Prints a table and writes bench/results/latest.json.
 */
const parts = new Set(process.argv.slice(2));
const wants = (part: string): boolean => parts.size === 0 || parts.has(part);
const where = placement();
const rows: Row[] = [];

console.log(
  `Node.js ${process.version}, ${availableParallelism()} cores; warm invokes: ${where.description}`,
);
if (wants('rest')) rows.push(...(await step('start-up and memory', measureAtRest)));
if (wants('cold')) rows.push(...(await step('cold starts', measureColdStarts)));
if (wants('warm')) rows.push(...(await step('warm invokes', async () => await measureThroughput(where))));
if (wants('freeze')) rows.push(...(await step('freezing', measureFreezing)));
if (wants('density')) rows.push(...(await step('density', async () => await measureDensity(where))));
if (wants('noise')) rows.push(...(await step('noisy neighbours', async () => await measureNoise(where))));

console.log('');
printTable(rows);
const file = writeJson({
  node: process.version,
  cores: availableParallelism(),
  placement: where.description,
  rows,
});
console.log(`\nwritten to ${file}`);
if (rows.some((row) => met(row) === false)) process.exitCode = 1;

async function step(name: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  process.stdout.write(`measuring ${name} ... `);
  const startedAt = performance.now();
  const measured = await measure();
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return measured;
}
