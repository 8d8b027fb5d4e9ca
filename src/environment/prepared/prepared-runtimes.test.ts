import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { guardedDriver } from '../../sandbox/guarded-sandbox.ts';
import { ProcessDriver } from '../../sandbox/process/process-driver.ts';
import type { SandboxProcess } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { PreparedKindFacts } from './prepared-kind.ts';
import { PreparedRuntime } from './prepared-runtime.ts';
import { PreparedRuntimes } from './prepared-runtimes.ts';

const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
const driver = guardedDriver(new ProcessDriver());
const scratch = mkdtempSync(join(tmpdir(), 'lambent-prepared-'));
const living: PreparedRuntimes[] = [];
let made = 0;

/** Answers PREPARE, and then waits for ever. */
const RUNTIME = `
const fs = require('node:fs');
const frame = Buffer.alloc(64 * 1024);
while (fs.readSync(3, frame) > 0) fs.writeSync(5, Buffer.from([0, 0, 0, 1, 0x17]));
`;

function facts(id: string): PreparedKindFacts {
  const runtime: ResolvedRuntime = {
    id,
    protocol: 'frames',
    argv: () => ['/node'],
    env: () => ({}),
    directories: [],
    warning: undefined,
  };
  return { runtime, architecture: 'x86_64', packages: [] };
}

function fixture(setting: number | 'auto' = 'auto', most = 16) {
  const clock = new MovableClock();
  const processes: SandboxProcess[] = [];
  const warnings: string[] = [];
  const state = { isBusy: false, script: RUNTIME };
  const runtimes = new PreparedRuntimes({
    setting,
    clock,
    most,
    isBusy: () => state.isBusy,
    memoryIsScarce: () => false,
    onWarning: (text) => warnings.push(text),
    prepare: async ({ packages }, onLost, unwanted) => {
      made += 1;
      const id = `p${made}`;
      const scratchDirectory = join(scratch, id);
      const sandbox = await driver.create({ id, readOnlyDirectories: [], scratchDirectory, limits });
      const argv = [process.execPath, '-e', state.script] as const;
      const started = await sandbox.exec({ argv, env: {}, cwd: '/', channel: true });
      processes.push(started);
      try {
        return await PreparedRuntime.from(sandbox, started, packages, onLost, unwanted);
      } catch (error) {
        await sandbox.destroy();
        throw error;
      }
    },
  });
  living.push(runtimes);
  const counts = (): number[] => runtimes.counts().map(({ ready }) => ready);
  return { runtimes, clock, processes, warnings, state, counts };
}

afterEach(async () => {
  await Promise.all(living.splice(0).map(async (runtimes) => await runtimes.close()));
});

afterAll(async () => {
  expect(readdirSync(scratch)).toEqual([]);
  await driver.close();
  rmSync(scratch, { recursive: true, force: true });
});

const wait = { timeout: 15_000, interval: 20 };

describe('prepared runtimes', () => {
  test('are made once a kind is in use, one for one; each is given away once', async () => {
    const { runtimes, counts } = fixture();
    expect(runtimes.counts()).toEqual([]);
    const kind = facts('a');
    expect(runtimes.take(kind)).toBeUndefined();
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
    const first = runtimes.take(kind);
    expect(runtimes.take(kind)).toBeUndefined();
    await vi.waitFor(() => expect(counts()).toEqual([2]), wait);
    const others = [runtimes.take(kind), runtimes.take(kind)];
    expect(new Set([first, ...others].map((prepared) => prepared?.sandbox.id)).size).toBe(3);
    await Promise.all([first, ...others].map(async (prepared) => await prepared?.sandbox.destroy()));
  });

  test('wait until nothing else starts', async () => {
    const { runtimes, state, counts, processes } = fixture();
    state.isBusy = true;
    runtimes.expect(facts('a'));
    const other = fixture();
    other.runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(other.counts()).toEqual([1]), wait);
    expect(processes).toEqual([]);
    state.isBusy = false;
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
  });

  test('that end while they wait are replaced', async () => {
    const { runtimes, processes, counts } = fixture(2);
    runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(counts()).toEqual([2]), wait);
    processes[0]?.kill();
    await vi.waitFor(() => expect(processes).toHaveLength(3), wait);
    await vi.waitFor(() => expect(counts()).toEqual([2]), wait);
  });

  test('that do not come up are not tried again before they are asked for', async () => {
    const { runtimes, state, warnings, counts } = fixture();
    state.script = 'process.exit(1)';
    runtimes.expect(facts('broken'));
    await vi.waitFor(() => expect(warnings).toHaveLength(1), wait);
    expect(warnings[0]).toBe('broken could not be started ahead of need: it ended.');
    state.script = RUNTIME;
    runtimes.expect(facts('whole'));
    await vi.waitFor(() => expect(counts()).toEqual([0, 1]), wait);
    runtimes.expect(facts('broken'));
    await vi.waitFor(() => expect(counts()).toEqual([1, 1]), wait);
  });

  test('make room, where all places are taken, for a kind used later', async () => {
    const { runtimes, clock, counts } = fixture(1, 1);
    runtimes.expect(facts('old'));
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
    clock.advance(1000);
    runtimes.expect(facts('new'));
    await vi.waitFor(() => expect(counts()).toEqual([0, 1]), wait);
  });

  test('go when nobody has used their kind for a while', async () => {
    const { runtimes, clock, counts } = fixture();
    runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
    clock.advance(14 * 60_000);
    expect(counts()).toEqual([1]);
    clock.advance(2 * 60_000);
    expect(counts()).toEqual([]);
  });

  test('go as well when their kind came into use again while one was made for nobody', async () => {
    const { runtimes, clock, counts, state, processes } = fixture();
    const go = join(scratch, 'go');
    state.script = `const { existsSync } = require('node:fs'); while (!existsSync('${go}')); ${RUNTIME.replaceAll('const fs', 'var fs')}`;
    runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(processes).toHaveLength(1), wait);
    clock.advance(16 * 60_000);
    expect(counts()).toEqual([]);
    runtimes.expect(facts('a'));
    writeFileSync(go, '');
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
    rmSync(go);
    expect(processes).toHaveLength(2);
    clock.advance(16 * 60_000);
    expect(counts()).toEqual([]);
  });

  test('are cleared away even while one is made', async () => {
    const { runtimes, processes, counts, state, warnings } = fixture();
    state.script = 'setInterval(() => {}, 1000)';
    runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(processes).toHaveLength(1), wait);
    await runtimes.clear();
    expect(counts()).toEqual([]);
    await processes[0]?.exited;
    expect(warnings).toEqual([]);
    state.script = RUNTIME;
    runtimes.expect(facts('a'));
    await vi.waitFor(() => expect(counts()).toEqual([1]), wait);
  });
});
