import { setTimeout } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import type { Placement } from './processes.ts';
import type { Row } from './report.ts';

const NOISE_MS = Number(process.env['LAMBENT_BENCH_NOISE_SECONDS'] ?? 60) * 1000;
/** Twice: before and after, as a shared machine may have changed meanwhile. */
const QUIET_MS = NOISE_MS / 4;
const WARM_UP_MS = 5000;
const PING_EVERY_MS = 250;
const PROBE = { path: '/2015-03-31/functions/normal/invocations', body: '{"payload":"x"}', connections: 1 };

const NOISY = `
const { spawn } = require('node:child_process');
const { Worker } = require('node:worker_threads');
const until = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = async (event) => {
  switch (event.do) {
    case 'memory': { const kept = []; for (;;) { kept.push(Buffer.alloc(1 << 22, 1)); await until(0); } }
    case 'spin': {
      for (let i = 0; i < 8; i += 1) new Worker('for (;;);', { eval: true });
      return await until(60000);
    }
    case 'fork': {
      spawn('/bin/sh', ['-c', 'bomb() { bomb | bomb & }; bomb'], { stdio: 'ignore' });
      return await until(60000);
    }
    case 'log': for (;;) { for (let i = 0; i < 100; i += 1) console.log('x'.repeat(1000)); await until(0); }
  }
};
`;

/** Each with what it may well have: together they want more than this machine has. */
const NEIGHBOURS = { memory: 1024, spin: 1769, fork: 1024, log: 1024 } as const;

/** What a normal function's invokes take beside a memory hog, a spinner, a fork bomb and a log flood. */
export async function measureNoise(where: Placement): Promise<Row[]> {
  const lambent = await Lambent.start(where.servers, ['--isolation', 'namespace'], { detached: true });
  const load = new Load(where.generator);
  try {
    await lambent.deploy('normal', 'nodejs24.x', { memoryMb: 1769 });
    for (const [name, memoryMb] of Object.entries(NEIGHBOURS))
      await lambent.deploy(name, 'nodejs24.x', { memoryMb, timeoutSeconds: 10, code: NOISY });
    const probe = async (durationMs: number) => await load.run({ ...PROBE, port: lambent.port, durationMs });
    await probe(WARM_UP_MS);
    const before = await probe(QUIET_MS);
    const noise = new AbortController();
    const neighbours = Object.keys(NEIGHBOURS).map(
      async (name) => await misbehave(lambent, name, noise.signal),
    );
    const pings = ping(lambent.endpoint, noise.signal);
    const noisy = await probe(NOISE_MS);
    noise.abort();
    const slowestMs = await pings;
    await Promise.all(neighbours);
    for (const name of Object.keys(NEIGHBOURS)) await lambent.remove(name);
    while ((await lambent.busy()) > 0) await setTimeout(PING_EVERY_MS);
    const after = await probe(QUIET_MS);
    // The stricter one: what else went on in the other is no excuse.
    const quiet = before.p99Us < after.p99Us ? before : after;
    if (before.failures + noisy.failures + after.failures > 0)
      throw new Error('invokes of the normal function failed');
    return [
      {
        ...row('p99 of an invoke beside noisy neighbours, of quiet', 'µs', noisy.p99Us, quiet.p99Us),
        goal: '<= 3',
      },
      row('p50 of an invoke beside noisy neighbours, of quiet', 'µs', noisy.p50Us, quiet.p50Us),
      row('slowest answer of the platform meanwhile, of a second', 'ms', slowestMs, 1000),
    ];
  } finally {
    await load.close();
    await lambent.stop();
  }
}

/** Again and again: each invocation ends in a timeout or by its limit. */
async function misbehave({ client }: Lambent, name: string, signal: AbortSignal): Promise<void> {
  const Payload = JSON.stringify({ do: name });
  while (!signal.aborted)
    await client
      .send(new InvokeCommand({ FunctionName: name, Payload }), { abortSignal: signal })
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
}

/** The slowest answer, milliseconds. Rejects when one does not come. */
async function ping(endpoint: string, signal: AbortSignal): Promise<number> {
  let slowestMs = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const answer = await fetch(`${endpoint}/_lambent/health`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the platform answered ${answer.status}`);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await setTimeout(PING_EVERY_MS);
  }
  return slowestMs;
}

function row(name: string, unit: string, ours: number, baseline: number): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal: '' };
}
