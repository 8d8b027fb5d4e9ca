import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median, ownMemoryMb, type Placement, rateOf } from './processes.ts';
import type { Row } from './report.ts';

const CONNECTIONS = 50;
const RESERVED = 10;
const SAMPLE_MS = 100;

/** Waits for the drain to begin, and writes down for each event when it began and ended. */
const source = (directory: string): string => `
const { existsSync, openSync, writeSync } = require('node:fs');
const times = openSync('${directory}/' + process.pid + '.times', 'a');
exports.handler = async () => {
  const began = process.hrtime.bigint();
  while (!existsSync('${directory}/open')) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setImmediate(resolve));
  writeSync(times, began + ' ' + process.hrtime.bigint() + '\\n');
};
`;

interface Sample {
  readonly done: number;
  readonly atMs: number;
  readonly memoryMb: number;
}

/**
 * Queued events run by a function with a reservation, until none is left, against the bare loop that claims and removes
 * rows of the same store and runs nothing. Beside it how many ran at once by the function's own account, against the
 * reservation, and the platform's memory in the last fifth against the middle one: before that its heap finds its size.
 */
export async function measureDrain(where: Placement, effort: Effort): Promise<Row[]> {
  const count = effort.isQuick ? 5_000 : 100_000;
  const directory = await mkdtemp(join(tmpdir(), 'lambent-drain-'));
  // The level at which functions write where the benchmark reads.
  const lambent = await Lambent.start(where.servers, ['--isolation', 'process'], {
    dataDir: join(directory, 'data'),
  });
  try {
    await lambent.deploy('drained', 'nodejs24.x', { code: source(directory), timeoutSeconds: 900 });
    const reservation = { FunctionName: 'drained', ReservedConcurrentExecutions: RESERVED };
    await lambent.client.send(new PutFunctionConcurrencyCommand(reservation));
    const load = ['queue-load.ts', String(lambent.port), 'drained', 'accept', String(CONNECTIONS), '0'];
    await rateOf([...load, String(count / CONNECTIONS)], where.generator);
    const samples = await drain(lambent, directory, count);
    const bare = await rateOf(['raw-drain.ts', join(directory, 'raw'), String(count)], where.servers);
    const rate = rateOfSamples(samples);
    const most = await mostAtOnce(directory, count);
    const [middle, last] = [memoryOf(samples, 0.4, 0.6), memoryOf(samples, 0.8, 1)];
    const name = `${count} queued events drained`;
    return [
      { name, unit: 'events/s', ours: rate, baseline: bare, ratio: rate / bare, goal: '' },
      {
        name: `${name}, at once, of the reservation`,
        unit: '',
        ours: most,
        baseline: RESERVED,
        ratio: most / RESERVED,
        goal: '<= 1',
      },
      {
        name: `${name}, memory in the last fifth, of the middle one`,
        unit: 'MiB',
        ours: last,
        baseline: middle,
        ratio: last / middle,
        goal: '<= 1.15',
      },
    ];
  } finally {
    await lambent.end();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Opens the gate and looks on until everything is done. */
async function drain(lambent: Lambent, directory: string, count: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  await writeFile(join(directory, 'open'), '');
  for (;;) {
    const answer = await fetch(`${lambent.endpoint}/_lambent/health`);
    const { events } = (await answer.json()) as { events: { succeeded: number; failed: number } };
    if (events.failed > 0) throw new Error(`${events.failed} events failed`);
    const memoryMb = ownMemoryMb(lambent.process.pid ?? 0);
    samples.push({ done: events.succeeded, atMs: performance.now(), memoryMb });
    if (events.succeeded >= count) return samples;
    await setTimeout(SAMPLE_MS);
  }
}

/** Events a second, from the first that was done to the last. */
function rateOfSamples(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (last.done - first.done) / ((last.atMs - first.atMs) / 1000);
}

/** While that share of the events was done. */
function memoryOf(samples: readonly Sample[], from: number, to: number): number {
  const all = samples.at(-1)?.done ?? 0;
  return median(
    samples.filter(({ done }) => done >= from * all && done <= to * all).map(({ memoryMb }) => memoryMb),
  );
}

/** The most that ran at the same moment, by the times the function wrote down. */
async function mostAtOnce(directory: string, count: number): Promise<number> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.times'));
  const texts = await Promise.all(files.map(async (name) => await readFile(join(directory, name), 'utf8')));
  const lines = texts.flatMap((text) => text.trim().split('\n'));
  if (lines.length < count) throw new Error(`${count} events were accepted, ${lines.length} ran`);
  const changes = lines.flatMap((line) => {
    const [began = 0, ended = 0] = line.split(' ').map(Number);
    return [
      { at: began, by: 1 },
      { at: ended, by: -1 },
    ];
  });
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) most = Math.max(most, (now += by));
  return most;
}
