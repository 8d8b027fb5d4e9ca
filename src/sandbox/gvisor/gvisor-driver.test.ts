import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cgroups } from '../cgroup/cgroups.ts';
import type { Sandbox, SandboxSpec } from '../sandbox.ts';
import { GvisorDriver } from './gvisor-driver.ts';
import { prepareGvisor } from './gvisor-tools.ts';

const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 64, processes: 1024, openFiles: 1024 };
const reason = spawnSync('runsc', ['--version']).error === undefined ? undefined : 'runsc is not installed';
if (reason !== undefined) process.stdout.write(`The tests of the gvisor level are skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('a sandbox of gVisor', () => {
  let root: string;
  let driver: GvisorDriver;
  let made = 0;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'lambent-gvisor-'));
    const network = { internet: false, allowed: [], service: Promise.resolve(undefined) };
    const tools = await prepareGvisor(join(root, 'tools'), []);
    driver = new GvisorDriver(tools, await Cgroups.prepare(), network);
    await driver.open();
  });

  afterAll(async () => {
    await driver?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const sandbox = async (readOnlyDirectories: SandboxSpec['readOnlyDirectories'] = []): Promise<Sandbox> => {
    const id = `box${(made += 1)}`;
    return await driver.create({ id, readOnlyDirectories, scratchDirectory: join(root, id), limits });
  };
  const shell = (script: string) =>
    ({ argv: ['/bin/sh', '-c', script], env: {}, cwd: '/tmp', channel: true }) as const;
  const directory = (name: string, content: string): string => {
    const path = join(root, name);
    mkdirSync(path);
    writeFileSync(join(path, 'file'), content);
    return path;
  };

  test('gives a program its arguments, variables and no others, directory, channel and output', async () => {
    const box = await sandbox([{ hostPath: directory('given', 'given\n'), sandboxPath: '/var/task' }]);
    const running = await box.exec({
      argv: [
        '/bin/sh',
        '-c',
        'read line <&3; echo "$line" >&3; cat file "$1"; env >/dev/stderr',
        'sh',
        'file',
      ],
      env: { MINE: 'a b' },
      cwd: '/var/task',
      channel: true,
    });
    running.channel?.write('ping\n');
    const back = running.channel?.iterator({ destroyOnReturn: false });
    expect(String((await back?.next())?.value)).toBe('ping\n');
    expect((await text(running.output)).split('\n').toSorted()).toEqual([
      '',
      'MINE=a b',
      'PWD=/var/task',
      'given',
      'given',
    ]);
    expect(await running.exited).toEqual({ code: 0, signal: null, outOfMemory: false });
    await box.destroy();
  });

  test('says how programs ended', async () => {
    const box = await sandbox();
    for (const [script, code, signal] of [
      ['exit 3', 3, null],
      ['exit 130', 130, null],
      ['kill -SEGV $$', null, 'SIGSEGV'],
      ['kill -9 $$', null, 'SIGKILL'],
    ] as const) {
      const { exited } = await box.exec(shell(script));
      expect(await exited).toEqual({ code, signal, outOfMemory: false });
    }
    const missing = box.exec({ argv: ['/var/task/none'], env: {}, cwd: '/', channel: false });
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
    await box.destroy();
  });

  test('runs programs beside each other, which see each other and whose ends are their own', async () => {
    const box = await sandbox();
    const beside = await box.execBeside(shell('echo $$ > /tmp/beside; read line <&3; exit 3'));
    const first = await box.exec(
      shell('until [ -s /tmp/beside ]; do :; done; kill -0 $(cat /tmp/beside) && echo seen; sleep 60'),
    );
    expect(String((await first.output.iterator({ destroyOnReturn: false }).next()).value)).toBe('seen\n');
    first.kill();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL', outOfMemory: false });
    const second = await box.exec(shell('kill -0 $(cat /tmp/beside) && echo seen again'));
    expect(await text(second.output)).toBe('seen again\n');
    beside.channel?.write('go\n');
    expect((await beside.exited).code).toBe(3);
    await box.destroy();
  });

  test('ends with its last program what all of them left behind; /tmp stays', async () => {
    const box = await sandbox();
    const first = await box.exec(
      shell('setsid sleep 60 >/dev/null 2>&1 & echo $! > /tmp/left; ls /proc/$!/stat'),
    );
    expect(await text(first.output)).toMatch(/stat/);
    await first.exited;
    const next = await box.exec(shell('cat /tmp/left; cat /proc/*/comm | grep -c sleep'));
    // The one that the sandbox's first process waits for.
    expect(await text(next.output)).toMatch(/^\d+\n1\n$/);
    await box.destroy();
  });

  test('tells a program to terminate', async () => {
    const box = await sandbox();
    const running = await box.exec(shell('trap "exit 9" TERM; echo up; while :; do sleep 0.01; done'));
    expect(String((await running.output.iterator({ destroyOnReturn: false }).next()).value)).toBe('up\n');
    running.terminate();
    expect((await running.exited).code).toBe(9);
    await box.destroy();
  });

  test('gives /tmp its size, and no more', async () => {
    const box = await sandbox();
    const filling = await box.exec(
      shell('head -c 60M /dev/zero > /tmp/a && echo fits; head -c 10M /dev/zero > /tmp/b; wc -c < /tmp/a'),
    );
    expect(await text(filling.output)).toMatch(/^fits\n[^]*No space left on device\n\d+\n$/);
    expect(await box.scratchOverflows()).toBe(false);
    await box.destroy();
  });

  test('shows directories attached after its program has started, to read only, and no other sandbox', async () => {
    const [box, other] = [await sandbox(), await sandbox()];
    const script = 'ls /var/task; read line <&3; cat /var/task/file; echo x > /var/task/new || echo refused';
    const [running, watching] = [await box.exec(shell(script)), await other.exec(shell(script))];
    const code = directory('code', 'code\n');
    await box.attach([{ hostPath: code, sandboxPath: '/var/task' }], limits);
    for (const { channel } of [running, watching]) channel?.write('go\n');
    const said = await text(running.output);
    expect(said).toMatch(/^code\n[^]*refused\n$/);
    expect(await text(watching.output)).not.toContain('code\n');
    await Promise.all([box.destroy(), other.destroy()]);
    expect(readFileSync(join(code, 'file'), 'utf8')).toBe('code\n');
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(root);
  });

  test('goes on with a new kernel when its own was ended', async () => {
    const box = await sandbox();
    const hog = 'x = []\nwhile True: x.append(bytearray(1 << 20))';
    const over = await box.exec({
      argv: ['/usr/bin/env', 'python3', '-c', hog],
      env: {},
      cwd: '/',
      channel: false,
    });
    expect(await over.exited).toEqual({ code: null, signal: 'SIGKILL', outOfMemory: true });
    expect(box.stats().memoryPeakBytes).toBeGreaterThan(200 * 2 ** 20);
    const next = await box.exec(shell('echo on'));
    expect(await text(next.output)).toBe('on\n');
    await box.destroy();
  });

  test('goes on with a new kernel when its own had no more processes', { timeout: 180_000 }, async () => {
    const id = `box${(made += 1)}`;
    const few = { ...limits, processes: 16 };
    const spec = { id, readOnlyDirectories: [], scratchDirectory: join(root, id), limits: few };
    const box = await driver.create(spec);
    if (driver.limitsInForce.processes === 'kernel') {
      for (let round = 0; round < 3; round += 1) {
        const bomb = await box.exec(shell('while :; do sleep 60 & done'));
        bomb.output.resume();
        expect(await bomb.exited).not.toMatchObject({ code: 0 });
        const next = await box.exec(shell('for i in $(seq 60); do sleep 0.2 & done; wait; echo on'));
        expect(await text(next.output)).toBe('on\n');
        expect((await next.exited).code).toBe(0);
      }
    }
    await box.destroy();
  });

  test('leaves nothing when it is destroyed while it runs, frozen or not', async () => {
    for (const isFrozen of [false, true]) {
      const box = await sandbox();
      const running = await box.exec(shell('echo up; sleep 60'));
      expect(String((await running.output.iterator({ destroyOnReturn: false }).next()).value)).toBe('up\n');
      if (isFrozen) box.freeze();
      await box.destroy();
      expect((await running.exited).signal).toBe('SIGKILL');
      expect(readdirSync(root).filter((name) => name.startsWith(box.id))).toEqual([]);
      expect(hostProcessesWith(join(root, box.id))).toEqual([]);
    }
  });
});

function hostProcessesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
    } catch {
      return false;
    }
  });
}
