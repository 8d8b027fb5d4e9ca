import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Cgroups } from './cgroups.ts';
import type { Control } from './control-files.ts';
import { divide, ownProcessors } from './processors.ts';
import type { GroupLimits, SandboxGroup } from './sandbox-group.ts';

const limits = { memoryMb: 64, cpuShare: 0.5, processes: 20 };
const cgroups = await Cgroups.prepare();
const missing = (...controls: Control[]): boolean => {
  const lacking = controls.filter((control) => !cgroups.has(control));
  const why = cgroups.failures.join('; ') || 'this machine has none';
  if (lacking.length > 0) process.stdout.write(`No control group for ${lacking.join(', ')}: ${why}\n`);
  return lacking.length > 0;
};

/** Becomes the program once it is in the group. */
function inside(group: SandboxGroup, script: string): ChildProcess {
  const enter = 'set -f; for group in $0; do echo 0 >"$group" || exit 125; done; eval "$1"';
  return spawn('/bin/sh', ['-c', enter, group.joinFiles.join(' '), script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

// A share that one moment on the processor uses up, on a busy machine too.
const tiny = { cpuShare: 0.05 };

let made = 0;
const create = async (own: Partial<GroupLimits> = {}): Promise<SandboxGroup> =>
  await cgroups.create(`box${(made += 1)}`, { ...limits, ...own });

const QUOTAS = ['cpu.cfs_quota_us', 'cpu.max'];
const PERIODS = ['cpu.cfs_period_us', 'cpu.max'];

/** What is in the one of these files that there is. */
function read(group: SandboxGroup, names: readonly string[]): string {
  const paths = group.joinFiles.flatMap((file) => names.map((name) => join(dirname(file), name)));
  return readFileSync(paths.find((path) => existsSync(path)) ?? '', 'utf8');
}

/** Says whether a group stands back; undefined where the kernel has none that do. */
function standing(group: SandboxGroup): (() => boolean) | undefined {
  const file = group.joinFiles
    .map((joinFile) => join(dirname(joinFile), 'cpu.idle'))
    .find((path) => existsSync(path));
  if (file === undefined) process.stdout.write('No control group stands back on this kernel\n');
  return file === undefined ? undefined : () => readFileSync(file, 'utf8') === '1\n';
}

afterAll(async () => {
  await cgroups.close();
  for (const directory of cgroups.directories) expect(existsSync(directory)).toBe(false);
});

describe('a group of control groups', () => {
  test.skipIf(missing('memory'))('ends a hog at its limit, and counts that', async () => {
    const group = await create();
    const hog = inside(group, 'exec head -c 1000000000 /dev/zero | tail');
    hog.stdout?.resume();
    await once(hog, 'exit');
    expect(group.memoryKills()).toBeGreaterThan(0);
    expect(group.memoryPeakBytes()).toBeGreaterThan(32 << 20);
    expect(group.memoryPeakBytes()).toBeLessThanOrEqual(64 << 20);
    await group.remove();
  });

  test.skipIf(missing('memory'))('takes new limits, higher or lower', async () => {
    const group = await create();
    for (const memoryMb of [256, 32, 512]) group.limit({ ...limits, memoryMb });
    const child = inside(group, 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); echo ${#x}');
    expect(await text(child.stdout as Readable)).toBe('100000000\n');
    expect(group.memoryKills()).toBe(0);
    await group.remove();
  });

  test.skipIf(missing('processes'))('holds only so many processes', async () => {
    const group = await create();
    const bomb = inside(group, 'for i in $(seq 100); do sleep 60 >/dev/null & echo $i; done');
    const [said] = await Promise.all([text(bomb.stdout as Readable), once(bomb, 'exit')]);
    expect(said.trim().split('\n').length).toBeLessThan(20);
    await group.remove();
  });

  test.skipIf(missing('freezer'))('stops and goes on, and can be removed while it is stopped', async () => {
    const group = await create();
    const clock = inside(group, 'while :; do echo x; sleep 0.01; done');
    let ticks = 0;
    clock.stdout?.on('data', () => (ticks += 1));
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(3), 25_000);
    group.freeze();
    // What it wrote before is read; after that, as long as ten of its turns would take, there is nothing.
    await vi.waitFor(async () => {
      const before = ticks;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(ticks).toBe(before);
    }, 25_000);
    const frozenAt = ticks;
    group.thaw();
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(frozenAt), 25_000);
    group.freeze();
    const exited = once(clock, 'exit');
    await group.remove();
    expect((await exited)[1]).toBe('SIGKILL');
  });

  test.skipIf(missing('cpu', 'processes'))(
    'leaves a fork bomb next to no processor time, and gives it back for its end',
    async (context) => {
      const group = await create({ processes: 30 });
      const standsBack = standing(group) ?? context.skip();
      group.boost(false);
      // It fills the group, and tries on.
      const bomb = `const { spawn, spawnSync } = require('child_process');
        for (let i = 0; i < 30; i += 1) spawn('sleep', ['60']).on('error', () => undefined);
        console.log('full');
        setInterval(() => { for (let i = 0; i < 50; i += 1) spawnSync('true'); });`;
      const running = inside(group, `exec '${process.execPath}' -e "${bomb}"`);
      await once(running.stdout as Readable, 'data');
      group.standBack();
      expect(standsBack()).toBe(true);
      const periodUs = (): number => Number(/(?:^|^\d+ )(\d+)\n$/.exec(read(group, PERIODS))?.[1]);
      expect(periodUs()).toBe(20_000);
      await vi.waitFor(() => expect(periodUs()).toBe(1_000_000), 30_000);
      group.thaw();
      expect(periodUs()).toBe(20_000);
      await group.remove();
    },
  );

  test.skipIf(missing('cpu'))(
    'has more than its share of processor time until it is held to it',
    async () => {
      const group = await create();
      const quotaUs = (): number => Number.parseInt(read(group, QUOTAS), 10);
      expect(quotaUs()).toBe(40_000);
      group.boost(false);
      expect(quotaUs()).toBe(10_000);
      await group.remove();
    },
  );

  test.skipIf(missing('cpu'))('stands back while it wants more than its share', async (context) => {
    const group = await create(tiny);
    const standsBack = standing(group) ?? context.skip();
    group.boost(false);
    const hog = inside(group, 'while :; do :; done');
    await vi.waitFor(() => expect(standsBack()).toBe(true), 30_000);
    const exited = once(hog, 'exit');
    hog.kill('SIGKILL');
    await exited;
    await vi.waitFor(() => expect(standsBack()).toBe(false), 30_000);
    await group.remove();
  });

  test.skipIf(missing('cpu', 'freezer'))('stands in line again once it was stopped', async (context) => {
    const group = await create(tiny);
    const standsBack = standing(group) ?? context.skip();
    group.boost(false);
    inside(group, 'while :; do :; done');
    await vi.waitFor(() => expect(standsBack()).toBe(true), 30_000);
    group.freeze();
    expect(standsBack()).toBe(false);
    await group.remove();
  });
});

test.skipIf(missing('cpu', 'processors', 'freezer'))(
  'is kept off a processor while it wants more than its share and others run',
  async (context) => {
    const [greedy, modest] = [await create(tiny), await create()];
    const standsBack = standing(greedy) ?? context.skip();
    const mine = ownProcessors();
    greedy.boost(false);
    const [hog, sleeper] = [inside(greedy, 'while :; do :; done'), inside(modest, 'exec sleep 600')];
    const allowed = ({ pid }: ChildProcess): string =>
      divide(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '')
        .all;
    await vi.waitFor(() => expect(standsBack()).toBe(true), 30_000);
    const few = mine.most?.list ?? mine.all;
    await vi.waitFor(() => expect(allowed(hog)).toBe(few), 30_000);
    expect(allowed(sleeper)).toBe(mine.all);
    greedy.freeze();
    await vi.waitFor(() => expect(allowed(hog)).toBe(mine.all), 30_000);
    await Promise.all([greedy.remove(), modest.remove()]);
  },
);

test.skipIf(missing('memory', 'freezer'))(
  'what a platform that was killed has left goes at the next start, what lives stays',
  async () => {
    const memory = dirname(cgroups.directories.find((path) => path.includes('memory')) ?? '');
    // It lives until all is there: whoever else starts meanwhile would clear away what a dead one has left.
    const owner = spawn('/bin/sleep', ['600']);
    const left = join(memory, `${nameOf(owner)}-1`);
    mkdirSync(join(left, 'box'), { recursive: true });
    const survivor = spawn('/bin/sh', ['-c', 'echo 0 >"$0"; exec sleep 60', join(left, 'box/cgroup.procs')]);
    await vi.waitFor(() => expect(readFileSync(join(left, 'box/cgroup.procs'), 'utf8')).not.toBe(''), 25_000);
    const exited = once(survivor, 'exit');
    const owned = once(owner, 'exit');
    owner.kill('SIGKILL');
    await owned;
    const next = await Cgroups.prepare();
    await vi.waitFor(() => expect(existsSync(left)).toBe(false), 25_000);
    expect((await exited)[1]).toBe('SIGKILL');
    for (const directory of [...cgroups.directories, ...next.directories])
      expect(existsSync(directory)).toBe(true);
    await next.close();
  },
);

/** As a platform names what belongs to it, with its process's number and the time of its start. */
function nameOf({ pid }: ChildProcess): string {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `lambent-${namespace}-${pid}-${started}`;
}
