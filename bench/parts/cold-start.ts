import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { type BenchRuntime, Lambent } from './lambent.ts';
import { median } from './processes.ts';
import type { Row } from './report.ts';

const ROUNDS = 15;

interface Subject {
  readonly runtime: BenchRuntime;
  readonly interpreter: string;
  /** A program that says it is ready and waits. */
  readonly ready: readonly string[];
  readonly goal: string;
}

/** First invoke of a fresh function, over HTTP, against a bare spawn of the same interpreter until it is ready. */
export async function measureColdStarts(): Promise<Row[]> {
  const lambent = await Lambent.start(undefined);
  try {
    const rows: Row[] = [];
    for (const subject of subjects()) rows.push(await measure(lambent, subject));
    return rows;
  } finally {
    await lambent.stop();
  }
}

async function measure(lambent: Lambent, subject: Subject): Promise<Row> {
  const ours: number[] = [];
  const baseline: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const name = `cold-${subject.runtime.replace('.', '-')}-${round}`;
    await lambent.deploy(name, subject.runtime);
    const spawned = await timeSpawn(subject);
    const invoked = await timeInvoke(lambent, name);
    await lambent.remove(name);
    if (round === 0) continue; // the first round finds interpreters and warms the client
    ours.push(invoked);
    baseline.push(spawned);
    ratios.push(invoked / spawned);
  }
  return {
    name: `cold start ${subject.runtime}, request to response`,
    unit: 'ms',
    ours: median(ours),
    baseline: median(baseline),
    ratio: median(ratios),
    goal: subject.goal,
  };
}

async function timeInvoke(lambent: Lambent, name: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await lambent.client.send(
    new InvokeCommand({ FunctionName: name, Payload: '{"cold":true}' }),
  );
  const took = performance.now() - startedAt;
  if (answer.FunctionError !== undefined)
    throw new Error(`the function failed: ${answer.Payload?.transformToString()}`);
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
  const found: Subject[] = [
    {
      runtime: 'nodejs24.x',
      interpreter: process.execPath,
      ready: ['-e', 'require("fs").writeSync(1, "ready"); setInterval(() => {}, 1000)'],
      goal: '<= 1.6',
    },
  ];
  const node22 = join(import.meta.dirname, '../../node_modules/nodejs22-linux-x64/bin/node');
  if (existsSync(node22))
    found.push({ ...(found[0] as Subject), runtime: 'nodejs22.x', interpreter: node22 });
  const asked = spawnSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
    encoding: 'utf8',
  });
  if (asked.status === 0) {
    found.push({
      runtime: 'python3.11',
      interpreter: asked.stdout.trim(),
      ready: ['-c', 'import os, time; os.write(1, b"ready"); time.sleep(60)'],
      goal: '',
    });
  }
  return found;
}
