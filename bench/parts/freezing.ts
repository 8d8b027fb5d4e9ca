import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { Lambent } from './lambent.ts';
import { median, move, type Placement } from './processes.ts';
import type { Row } from './report.ts';

const ROUNDS = 200;
/** Long enough that the environment is frozen and the processors have gone to rest. */
const REST_MS = 50;
const GOAL_US = 200;

interface Pairs {
  readonly afterRestUs: readonly number[];
  readonly soonUs: readonly number[];
}

/**
 * What it costs the platform to freeze an idle environment and to thaw it for the next event, everything in it
 * included, at the places where the platform does it: its own timer, and the middle of an invoke. Processors that have
 * gone to rest meanwhile are woken by it, which on a virtual machine is its host's time: so once more a millisecond apart.
 */
export async function measureFreezing(where: Placement): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-bench-'));
  try {
    const file = join(directory, 'pairs');
    await invokeAfterRests(where, file);
    const pairs: Pairs = JSON.parse(await readFile(file, 'utf8'));
    if (pairs.afterRestUs.length < ROUNDS / 2) {
      console.error('(nothing was frozen: `lambent doctor` says why)');
      return [];
    }
    const row = (name: string, pairsUs: readonly number[]): Row => {
      const ours = median(pairsUs);
      return {
        name: `freeze plus thaw ${name}, of ${GOAL_US} µs`,
        unit: 'µs',
        ours,
        baseline: GOAL_US,
        ratio: ours / GOAL_US,
        goal: '',
      };
    };
    return [
      { ...row('a millisecond apart', pairs.soonUs), goal: '<= 1' },
      row(`around an invoke after ${REST_MS} ms of rest`, pairs.afterRestUs),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function invokeAfterRests(where: Placement, file: string): Promise<void> {
  const probe = join(import.meta.dirname, 'freeze-probe.ts');
  const lambent = await Lambent.start(where.servers, [], {
    flags: ['--import', probe],
    env: { FREEZE_PROBE: file },
  });
  try {
    await lambent.deploy('resting', 'nodejs24.x');
    // Where the platform runs this process would have its turn in the middle of a thaw, and be counted.
    if (where.generator !== undefined) move(process, where.generator);
    for (let round = 0; round < ROUNDS; round += 1) {
      await lambent.client.send(new InvokeCommand({ FunctionName: 'resting', Payload: '{}' }));
      await setTimeout(REST_MS);
    }
  } finally {
    if (where.all !== undefined) move(process, where.all);
    await lambent.stop();
  }
}
