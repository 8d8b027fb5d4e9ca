import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { gains, helpersMb, type Holdings, holdingsOf, residentMb } from '../support/holdings.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { tracesOf } from '../support/traces.ts';

/** Environments to start and end, by default so many; 10,000 take ten minutes. */
const CYCLES_IN_ALL = process.env['LAMBENT_LEAK_CYCLES'];
const AT_ONCE = 8;
/** Fewer than these, and a heap has not come to its working size by the end. */
const ENOUGH_TO_WEIGH = 5_000;
/** The platform's memory at its least in the last quarter over that in the second. A leak of 2 kB for each environment would show. */
const MOST_GROWTH = 1.2;
/** What waits for a function goes after a quarter of an hour, and is looked for every minute. */
const IDLE_MS = 1_000_000;
/** As the platform names environments and sandboxes that wait for one, their directories and their control groups. */
const NOT_THE_PLATFORM = /lambent.*(?:[0-9a-f]{32}|spare-)/;
/** Of Node.js, for programs that are started again and again. */
const COMPILE_CACHE = 'node-compile-cache';

const CODE = {
  'index.js': `
const { spawn } = require('node:child_process');
exports.handler = async ({ daemon, crash, ms }) => {
  if (daemon) spawn('/usr/bin/setsid', ['sleep', '86400'], { detached: true, stdio: 'ignore' }).unref();
  if (crash) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, ms));
  return process.pid;
};`,
};

/**
 * The tests of one level, a file each: the levels have nothing to do with each other, and take their time.
 * @param missing why it cannot be tested on this machine
 * @param usually how many environments to start and end
 */
export function testLeaks(isolation: string, missing: string | undefined, usually: number): void {
  if (missing !== undefined) console.log(`Leaks at the level ${isolation} are not looked for: ${missing}`);
  describe.skipIf(missing !== undefined)(`at the level ${isolation}`, () => {
    leaks(isolation, Number(CYCLES_IN_ALL ?? usually));
  });
}

function leaks(isolation: string, cycles: number): void {
  const name = `leak-${randomUUID()}`;
  const pids: number[] = [];
  const servers: TestServer[] = [];
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let dataDir: string;
  let temporary: string;

  beforeEach(async () => {
    folder = await temporaryDirectory();
    dataDir = join(folder.path, 'data');
    temporary = join(folder.path, 'tmp');
    await mkdir(temporary);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.kill();
    await folder.remove();
  });

  const start = async (more: { ephemeral?: boolean } = {}): Promise<TestServer> => {
    const server = await startServer({
      ...(more.ephemeral === true ? {} : { dataDir }),
      flags: ['--isolation', isolation],
      env: { TMPDIR: temporary },
    });
    pids.push(server.process.pid ?? 0);
    servers.push(server);
    return server;
  };
  const traces = (): string[] => tracesOf([folder.path, name], pids);
  const scratch = (): string[] => {
    const path = join(dataDir, 'scratch');
    return existsSync(path) ? readdirSync(path) : [];
  };
  const nothingIsLeft = async (): Promise<void> => {
    await eventually(
      async () => [
        ...traces(),
        ...scratch(),
        ...readdirSync(temporary).filter((entry) => entry !== COMPILE_CACHE),
      ],
      (left) => left.length === 0,
      60_000,
    );
  };

  test(`${cycles} environments come and go and leave the machine as it was`, {
    timeout: 120_000 + cycles * 1_000,
  }, async () => {
    const server = await start();
    await deploy(server.lambda, name, CODE, { MemorySize: 256 });
    const memory: number[] = [];
    const helpers: number[] = [];
    let made = await cycle(server, name);
    const before = await settled(server);
    while (made < cycles) {
      made += await cycle(server, name);
      memory.push(residentMb(server.process.pid ?? 0));
      helpers.push(helpersMb(server.process.pid ?? 0));
    }
    const after = await settled(server, before);
    console.log(report({ isolation, made, before, after, memory, helpers }));
    expect(gains(before, after)).toEqual([]);
    const enough = made >= ENOUGH_TO_WEIGH ? [memory, helpers] : [];
    for (const weighed of enough) expect(least(weighed, 3) / least(weighed, 1)).toBeLessThan(MOST_GROWTH);
    await eventually(
      async () => scratch(),
      (left) => left.length === 0,
    );
    expect(await server.stop()).toBe(0);
    await nothingIsLeft();
  });

  /** What the platform has without any environment; where it has more than before, after a while. */
  const settled = async (server: TestServer, before?: Holdings): Promise<Holdings> => {
    const holder = { pid: server.process.pid ?? 0, folder: folder.path, words: [name] };
    // What was being prepared when time was moved may have come into use after that.
    await eventually(
      async () => {
        await passIdleTime(server);
        return traces().filter((line) => line.includes(name) || NOT_THE_PLATFORM.test(line));
      },
      (left) => left.length === 0,
      60_000,
    );
    const deadline = Date.now() + 60_000;
    return await eventually(
      async () => holdingsOf(holder),
      (found) => before === undefined || gains(before, found).length === 0 || Date.now() > deadline,
      70_000,
    );
  };

  test('a killed platform leaves nothing that the next one does not clear away', {
    timeout: 240_000,
  }, async () => {
    for (const ephemeral of [false, true]) {
      const killed = await start({ ephemeral });
      await deploy(killed.lambda, name, CODE, { MemorySize: 256, Timeout: 60 });
      await invoke(killed.lambda, name, { daemon: true });
      const busy = [1, 2, 3].map(async () => {
        const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ ms: 50_000 }) });
        await killed.lambda.send(command).catch(() => undefined);
      });
      await eventually(
        async () => (await counts(killed)).busy,
        (found) => found >= 2,
      );
      expect(traces()).not.toEqual([]);
      await killed.kill();
      await Promise.all(busy);
      await eventually(
        async () => traces().filter((line) => line.startsWith('process')),
        (left) => left.length === 0,
      );
      const next = await start();
      if (ephemeral) await deploy(next.lambda, `${name}-2`, CODE, { MemorySize: 256 });
      expect((await invoke(next.lambda, ephemeral ? `${name}-2` : name)).functionError).toBeUndefined();
      expect(await next.stop()).toBe(0);
      await nothingIsLeft();
    }
  });
}

async function counts(server: TestServer): Promise<{ starting: number; idle: number; busy: number }> {
  const answer = await fetch(`${server.endpoint}/_lambent/health`);
  return ((await answer.json()) as { environments: { starting: number; idle: number; busy: number } })
    .environments;
}

/** Starts some environments at once, lets one crash and one leave a daemon, and lets all expire. Returns how many. */
async function cycle(server: TestServer, name: string): Promise<number> {
  const events = Array.from({ length: AT_ONCE }, (_, index) => ({
    daemon: index === 0,
    crash: index === 1,
    ms: 100,
  }));
  await Promise.all(events.map(async (event) => await invoke(server.lambda, name, event)));
  const { idle } = await eventually(
    async () => await counts(server),
    ({ starting, busy }) => starting + busy === 0,
  );
  await passIdleTime(server);
  await eventually(
    async () => await counts(server),
    (left) => left.idle === 0,
  );
  return idle;
}

async function passIdleTime({ endpoint }: TestServer): Promise<void> {
  const body = new URLSearchParams({ advanceMs: String(IDLE_MS) });
  expect((await fetch(`${endpoint}/_lambent/clock`, { method: 'POST', body })).status).toBe(200);
}

/**
 * In one quarter, of four, but for the least tenth: right behind a collection. How high it goes until the next one is the
 * collector's choice, and takes minutes; what leaks is there at the least as well.
 */
function least(samples: readonly number[], quarter: number): number {
  const size = samples.length / 4;
  const its = samples.slice(Math.floor(quarter * size), Math.floor((quarter + 1) * size));
  return its.toSorted((one, other) => one - other)[Math.floor(its.length / 10)] ?? 0;
}

interface Findings {
  readonly isolation: string;
  readonly made: number;
  readonly before: Holdings;
  readonly after: Holdings;
  readonly memory: readonly number[];
  readonly helpers: readonly number[];
}

function report({ isolation, made, before, after, memory, helpers }: Findings): string {
  const kinds = Object.keys({ ...before, ...after }).toSorted();
  const quarters = (samples: readonly number[]): string =>
    [0, 1, 2, 3].map((each) => Math.round(least(samples, each))).join(', ');
  return [
    `${made} environments at the level ${isolation}: before, after`,
    ...kinds.map((kind) => `${before[kind] ?? 0}\t${after[kind] ?? 0}\t${kind}`),
    `the platform's memory at its least in each quarter, MiB: ${quarters(memory)}; its helpers': ${quarters(helpers)}`,
  ].join('\n');
}
