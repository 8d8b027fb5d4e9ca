import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Cgroups } from '../../src/sandbox/cgroup/cgroups.ts';
import { median } from './processes.ts';
import type { Row } from './report.ts';

const ROUNDS = 100;
/** Long enough that the processors have gone to rest, as after a real invocation. */
const REST_MS = 50;
const GOAL_US = 200;
const ENTER = 'set -f; for group in $0; do echo 0 >"$group" || exit 125; done; exec "$@"';
const IDLE_NODE = [process.execPath, '-e', 'console.log("ready"); setInterval(() => {}, 60000)'];
const LIMITS = { memoryMb: 512, cpuShare: 1, processes: 1024 };

/** What it costs the platform to freeze an idle Node.js and to thaw it again, each after a rest. */
export async function measureFreezing(): Promise<Row[]> {
  const cgroups = await Cgroups.prepare();
  try {
    if (!cgroups.has('freezer')) {
      console.error(`(nothing to freeze with: ${cgroups.failures.join('; ') || 'no control groups'})`);
      return [];
    }
    return [await measure(cgroups)];
  } finally {
    await cgroups.close();
  }
}

async function measure(cgroups: Cgroups): Promise<Row> {
  const group = await cgroups.create('bench', LIMITS);
  const child = spawn('/bin/sh', ['-c', ENTER, group.joinFiles.join(' '), ...IDLE_NODE]);
  try {
    await once(child.stdout, 'data');
    const tookUs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await rest();
      const freezing = timeUs(() => group.freeze());
      await rest();
      tookUs.push(freezing + timeUs(() => group.thaw()));
    }
    const ours = median(tookUs);
    const name = `freeze plus thaw after ${REST_MS} ms of rest, of ${GOAL_US} µs`;
    return { name, unit: 'µs', ours, baseline: GOAL_US, ratio: ours / GOAL_US, goal: '<= 1' };
  } finally {
    await group.remove();
  }
}

function timeUs(action: () => void): number {
  const startedAt = performance.now();
  action();
  return (performance.now() - startedAt) * 1000;
}

async function rest(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
}
