import { spawnSync } from 'node:child_process';
import {
  GetProvisionedConcurrencyConfigCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import { lineMatching, type Placement, proportionalBytes, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

/** What each level needs, and how many environments: on gVisor they are tens of MiB each. */
const LEVELS = [
  { level: 'process', needs: process.execPath, environments: 500 },
  { level: 'namespace', needs: 'bwrap', environments: 500 },
  { level: 'gvisor', needs: 'runsc', environments: 25 },
] as const;
type Level = (typeof LEVELS)[number];
/** Of these levels only, if any are named: with blanks between. */
const WANTED = process.env['LAMBENT_BENCH_LEVELS']?.split(' ');
const MEBIBYTE = 2 ** 20;
const PROBE = { path: '/2015-03-31/functions/probe/invocations', body: '{}', connections: 1 };
const WARM_UP_MS = 3000;
const SLICE_MS = 3000;
const IDLE_NODE = ['-e', 'console.log("ready"); setInterval(() => {}, 60000)'];

/** Memory of idle environments, and what an invoke takes beside many of them, for each isolation level there is. */
export async function measureDensity(where: Placement): Promise<Row[]> {
  const rows: Row[] = [];
  for (const level of LEVELS) {
    if (WANTED?.includes(level.level) === false) continue;
    if (spawnSync(level.needs, ['--version']).status === 0) rows.push(...(await measureLevel(level, where)));
    else console.error(`(${level.needs} is not installed)`);
  }
  return rows;
}

async function measureLevel({ level, environments }: Level, where: Placement): Promise<Row[]> {
  const lambent = await Lambent.start(where.servers, ['--isolation', level]);
  const load = new Load(where.generator);
  try {
    await lambent.deploy('probe', 'nodejs24.x', { memoryMb: 1769 });
    await lambent.deploy('idle', 'nodejs24.x', { memoryMb: 128 });
    const probe = async (durationMs: number) => await load.run({ ...PROBE, port: lambent.port, durationMs });
    await probe(WARM_UP_MS);
    const alone = await probe(SLICE_MS);
    const before = proportionalBytes(lambent.process.pid ?? 0);
    await fill(lambent, environments);
    const each = (proportionalBytes(lambent.process.pid ?? 0) - before) / environments;
    const bare = await bareNode();
    await probe(WARM_UP_MS);
    const beside = await probe(SLICE_MS);
    if (alone.failures + beside.failures > 0) throw new Error('invokes failed');
    return [
      row(
        `${level}: memory (PSS) of an idle environment, of a bare Node.js`,
        'MiB',
        each / MEBIBYTE,
        bare / MEBIBYTE,
      ),
      row(`${level}: idle environments for each GiB, of bare Node.js`, '', 2 ** 30 / each, 2 ** 30 / bare),
      {
        ...row(
          `${level}: p50 of an invoke beside ${environments} idle environments, of alone`,
          'µs',
          beside.p50Us,
          alone.p50Us,
        ),
        goal: '<= 1.5',
      },
      row(
        `${level}: p99 of an invoke beside ${environments} idle environments, of alone`,
        'µs',
        beside.p99Us,
        alone.p99Us,
      ),
    ];
  } finally {
    await load.close();
    await lambent.stop();
  }
}

/** Provisioned concurrency has as many environments initialised at once as one asks for. */
async function fill({ client }: Lambent, environments: number): Promise<void> {
  const { Version = '' } = await client.send(new PublishVersionCommand({ FunctionName: 'idle' }));
  const target = { FunctionName: 'idle', Qualifier: Version };
  await client.send(
    new PutProvisionedConcurrencyConfigCommand({ ...target, ProvisionedConcurrentExecutions: environments }),
  );
  for (;;) {
    const { Status, StatusReason } = await client.send(new GetProvisionedConcurrencyConfigCommand(target));
    if (Status === 'READY') return;
    if (Status === 'FAILED') throw new Error(`${environments} environments do not start: ${StatusReason}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** While all the others are there, so that it shares with them what they share. */
async function bareNode(): Promise<number> {
  const node = startNode(IDLE_NODE, undefined);
  await lineMatching(node, /ready/);
  const bytes = proportionalBytes(node.pid ?? 0);
  await stop(node);
  return bytes;
}

function row(name: string, unit: string, ours: number, baseline: number): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal: '' };
}
