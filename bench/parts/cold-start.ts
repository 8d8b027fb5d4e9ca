import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { BenchFunctionName } from './bench-functions.ts';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median } from './processes.ts';
import type { Row } from './report.ts';

interface Subject {
  readonly kind: BenchFunctionName;
  readonly interpreter: string;
  /** A program that says it is ready and waits. */
  readonly ready: readonly string[];
  /** With a runtime started ahead of need, and without. */
  readonly goals: readonly [string, string];
}

/** Longer than the platform takes after a start to have everything ready for the next ones. */
const REST_MS = 500;
/** One, kept open from one invoke to the next. */
const CONNECTION = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * First invoke of a fresh function, over HTTP, against a bare spawn of the same interpreter until it is ready: with
 * runtimes started ahead of need, and without; on gVisor too, where it is installed.
 */
export async function measureColdStarts(effort: Effort): Promise<Row[]> {
  if (effort.isQuick) return await measureLevel([], '', subjects().slice(0, 1), effort);
  const rows = await measureLevel([], '', subjects(), effort);
  if (spawnSync('runsc', ['--version']).status !== 0) return rows;
  const plain = subjects().filter(({ kind }) => kind === 'nodejs24.x' || kind === 'python3.11');
  // Nothing is promised of it.
  const onGvisor = plain.map((subject): Subject => ({ ...subject, goals: ['', ''] }));
  return [...rows, ...(await measureLevel(['--isolation', 'gvisor'], 'gvisor: ', onGvisor, effort))];
}

async function measureLevel(
  flags: readonly string[],
  label: string,
  measured: readonly Subject[],
  effort: Effort,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const isPrepared of [true, false]) {
    const lambent = await Lambent.start(undefined, [...flags, ...(isPrepared ? [] : ['--prepared', '0'])]);
    try {
      for (const subject of measured) {
        const row = await measure(lambent, subject, isPrepared, effort);
        rows.push({ ...row, name: label + row.name });
      }
    } finally {
      await lambent.stop();
    }
  }
  return rows;
}

async function measure(
  lambent: Lambent,
  subject: Subject,
  isPrepared: boolean,
  { coldStarts }: Effort,
): Promise<Row> {
  const ours: number[] = [];
  const baseline: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= coldStarts; round += 1) {
    const name = `cold-${subject.kind.replaceAll(/\W/g, '-')}-${round}`;
    await lambent.deploy(name, subject.kind);
    if (isPrepared) await lambent.untilPrepared(subject.kind);
    // What is made ahead for later starts would slow both down, and not alike.
    await setTimeout(REST_MS);
    const spawned = await timeSpawn(subject);
    const invoked = await timeInvoke(lambent, name);
    await lambent.remove(name);
    if (round === 0) continue; // the first round finds interpreters and warms the client
    ours.push(invoked);
    baseline.push(spawned);
    ratios.push(invoked / spawned);
  }
  return {
    name: `cold start ${subject.kind}, ${isPrepared ? 'prepared' : 'not prepared'}, request to response`,
    unit: 'ms',
    ours: median(ours),
    baseline: median(baseline),
    ratio: median(ratios),
    goal: subject.goals[isPrepared ? 0 : 1],
  };
}

/** By a bare HTTP client: what an SDK does before it sends, and after it received, is not the platform's. */
async function timeInvoke({ port }: Lambent, name: string): Promise<number> {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const startedAt = performance.now();
  const sent = request({ agent: CONNECTION, host: '127.0.0.1', port, path, method: 'POST' });
  sent.end('{"cold":true}');
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = await text(answer);
  const took = performance.now() - startedAt;
  // Python writes a blank behind the colon.
  const isEcho = answer.statusCode === 200 && /^\{"cold": ?true\}$/.test(body);
  if (!isEcho) throw new Error(`the function failed: ${body}`);
  return took;
}

async function timeSpawn(subject: Subject): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const startedAt = performance.now();
  const child = spawn(subject.interpreter, subject.ready, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  child.stdout.once('data', () => resolve(performance.now() - startedAt));
  const took = await promise;
  child.kill('SIGKILL');
  return took;
}

function subjects(): Subject[] {
  const ready = ['-e', 'require("fs").writeSync(1, "ready"); setInterval(() => {}, 1000)'];
  const node24 = { interpreter: process.execPath, ready };
  const found: Subject[] = [
    { ...node24, kind: 'nodejs24.x', goals: ['<= 0.25', '<= 1.6'] },
    { ...node24, kind: 'nodejs24.x with an SDK client', goals: ['<= 0.5', ''] },
  ];
  const node22 = join(import.meta.dirname, '../../node_modules/nodejs22-linux-x64/bin/node');
  if (existsSync(node22))
    found.push({ interpreter: node22, ready, kind: 'nodejs22.x', goals: ['<= 0.25', '<= 1.6'] });
  return [...found, ...pythonSubjects()];
}

function pythonSubjects(): Subject[] {
  const asked = spawnSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) return [];
  const interpreter = asked.stdout.trim();
  const ready = ['-c', 'import os, time; os.write(1, b"ready"); time.sleep(60)'];
  const found: Subject[] = [{ interpreter, ready, kind: 'python3.11', goals: ['<= 0.5', ''] }];
  if (spawnSync(interpreter, ['-c', 'import boto3']).status === 0)
    found.push({ interpreter, ready, kind: 'python3.11 with boto3', goals: ['<= 0.5', ''] });
  return found;
}
