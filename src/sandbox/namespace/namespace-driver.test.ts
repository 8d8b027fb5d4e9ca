import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { Cgroups } from '../cgroup/cgroups.ts';
import type { Sandbox, SandboxSpec } from '../sandbox.ts';
import { NamespaceDriver } from './namespace-driver.ts';
import { prepareNamespaces } from './namespace-tools.ts';

const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
const reason = whyNot();
if (reason !== undefined) process.stdout.write(`The tests of the namespace level are skipped: ${reason}\n`);

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  try {
    execFileSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', '/bin/true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'bubblewrap does not work here';
  }
}

async function openDriver(root: string, clock = new MovableClock()): Promise<NamespaceDriver> {
  const network = { internet: true, allowed: [], service: Promise.resolve(undefined) };
  const tools = await prepareNamespaces(join(root, 'tools'), []);
  const driver = new NamespaceDriver(tools, await Cgroups.prepare(), network, clock);
  await driver.open();
  return driver;
}

describe.skipIf(reason !== undefined)('a sandbox of namespaces', () => {
  let root: string;
  let driver: NamespaceDriver;
  let made = 0;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'lambent-namespaces-'));
    driver = await openDriver(root);
  });

  afterAll(async () => {
    await driver?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const sandbox = async (
    readOnlyDirectories: SandboxSpec['readOnlyDirectories'] = [],
    scratchMb = limits.scratchMb,
  ): Promise<Sandbox> => {
    const id = `box${(made += 1)}`;
    const scratchDirectory = join(root, id);
    return await driver.create({
      id,
      readOnlyDirectories,
      scratchDirectory,
      limits: { ...limits, scratchMb },
    });
  };
  const shell = (script: string) =>
    ({ argv: ['/bin/sh', '-c', script], env: {}, cwd: '/tmp', channel: true }) as const;
  const directory = (name: string, content: string): string => {
    const path = join(root, name);
    mkdirSync(path);
    writeFileSync(join(path, 'file'), content);
    return path;
  };

  test('shows directories attached after its program has started, to read only, and takes them along', async () => {
    const box = await sandbox();
    const running = await box.exec(
      shell(
        'ls /var/task /opt; read line <&3; cat /var/task/file /opt/file; echo x > /var/task/new; echo end',
      ),
    );
    const code = directory('code', 'code\n');
    const shared = [
      { hostPath: code, sandboxPath: '/var/task' },
      { hostPath: directory('layers', 'layers\n'), sandboxPath: '/opt' },
    ];
    await box.attach(shared, limits);
    running.channel?.write('go\n');
    const said = await text(running.output);
    expect(said).toContain('code\nlayers\n');
    expect(said).toMatch(/Read-only file system[^]*end\n$/);
    expect(said).not.toContain('file\n/');
    await box.destroy();
    expect(readFileSync(join(code, 'file'), 'utf8')).toBe('code\n');
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(root);
  });

  test('starts programs that were attached', async () => {
    const box = await sandbox();
    const running = await box.exec(shell('read line <&3'));
    const layers = directory('programs', 'layers\n');
    writeFileSync(join(layers, 'program'), '#!/bin/sh\necho started', { mode: 0o755 });
    await box.attach([{ hostPath: layers, sandboxPath: '/opt' }], limits);
    const beside = await box.execBeside({ argv: ['/opt/program'], env: {}, cwd: '/', channel: false });
    expect(await text(beside.output)).toBe('started\n');
    running.kill();
    await box.destroy();
  });

  test('shows what was attached to no other sandbox', async () => {
    const [one, other] = [await sandbox(), await sandbox()];
    const watching = await other.exec(shell('read line <&3; ls -A /var/task /opt'));
    const running = await one.exec(shell('read line <&3'));
    await one.attach([{ hostPath: directory('own', 'own\n'), sandboxPath: '/var/task' }], limits);
    watching.channel?.write('go\n');
    expect(await text(watching.output)).toBe('/opt:\n\n/var/task:\n');
    running.kill();
    await Promise.all([one.destroy(), other.destroy()]);
  });

  test('refuses to attach where directories were shared from the start', async () => {
    const box = await sandbox([{ hostPath: directory('first', ''), sandboxPath: '/var/task' }]);
    const running = await box.exec(shell('read line <&3'));
    await expect(box.attach([{ hostPath: root, sandboxPath: '/var/task' }], limits)).rejects.toThrow(
      'Nothing can be attached at /var/task',
    );
    running.kill();
    await box.destroy();
  });

  test('runs programs beside each other, which see each other and whose ends are their own', async () => {
    const box = await sandbox();
    const beside = await box.execBeside(shell('echo $$ > /tmp/beside; read line <&3; exit 3'));
    const first = await box.exec(
      shell('until [ -s /tmp/beside ]; do :; done; kill -0 $(cat /tmp/beside) && echo seen; kill -9 $$'),
    );
    expect(await text(first.output)).toBe('seen\n');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL', outOfMemory: false });
    const second = await box.exec(shell('kill -0 $(cat /tmp/beside) && echo seen again'));
    expect(await text(second.output)).toBe('seen again\n');
    beside.channel?.write('go\n');
    expect((await beside.exited).code).toBe(3);
    await box.destroy();
  });

  test('ends with its last program what all of them left behind; /tmp stays', async () => {
    const box = await sandbox();
    const beside = await box.execBeside(shell('read line <&3'));
    const first = await box.exec(
      shell('setsid sleep 60 >/dev/null 2>&1 & echo $! > /tmp/left; ls /proc/$!/stat'),
    );
    expect(await text(first.output)).toMatch(/stat/);
    await first.exited;
    beside.kill();
    await beside.exited;
    const next = await box.exec(shell('cat /tmp/left; cat /proc/*/comm | grep -c sleep'));
    // The one that keeps the namespaces.
    expect(await text(next.output)).toMatch(/^\d+\n1\n$/);
    await box.destroy();
  });

  test('tells the program itself to terminate, not those that started it', async () => {
    const box = await sandbox();
    const running = await box.exec(
      shell('trap "echo told; exit 9" TERM; echo up; while :; do sleep 0.01; done'),
    );
    const said = running.output.iterator({ destroyOnReturn: false });
    expect(String((await said.next()).value)).toBe('up\n');
    running.terminate();
    expect(String((await said.next()).value)).toBe('told\n');
    expect((await running.exited).code).toBe(9);
    await box.destroy();
  });

  test('stops all programs and whatever they have started, wherever it went', async (context) => {
    if (driver.limitsInForce.freezing === 'none') context.skip();
    const box = await sandbox();
    const tick = (mark: string): string => `while :; do echo ${mark}; sleep 0.01; done`;
    const main = await box.exec(shell(`setsid sh -c '${tick('a')}' & (${tick('b')}) & ${tick('c')}`));
    const beside = await box.execBeside(shell(`(setsid sh -c '${tick('d')}' &) ; ${tick('e')}`));
    let said = '';
    for (const { output } of [main, beside]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const allSpeak = async (): Promise<void> => {
      said = '';
      await vi.waitFor(() => expect(new Set(said.trim().split('\n')).size).toBe(5), 30_000);
    };
    await allSpeak();
    box.freeze();
    // What they wrote before is read; after that, as long as ten of their turns would take, there is nothing.
    await vi.waitFor(async () => {
      said = '';
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(said).toBe('');
    }, 30_000);
    box.thaw();
    await allSpeak();
    await box.destroy();
  });

  test.each([512, 700])('gives /tmp %i MB, and no more', async (scratchMb) => {
    const box = await sandbox([], scratchMb);
    const fits = await box.exec(shell(`head -c ${scratchMb}M /dev/zero > /tmp/large && echo fits`));
    expect(await text(fits.output)).toBe('fits\n');
    await fits.exited;
    const over = await box.exec(shell('head -c 20M /dev/zero > /tmp/more; wc -c < /tmp/large'));
    expect(await text(over.output)).toMatch(/No space left on device[^]*\n\d+\n$/);
    await over.exited;
    expect(await box.scratchOverflows()).toBe(false);
    const freed = await box.exec(
      shell('rm /tmp/large /tmp/more; head -c 20M /dev/zero > /tmp/more && echo ok'),
    );
    expect(await text(freed.output)).toBe('ok\n');
    await box.destroy();
  });

  test('gives what already runs a /tmp of another size with its limits', async () => {
    const box = await sandbox();
    const running = await box.exec(shell('read line <&3; df -m /tmp | tail -1'));
    await box.attach([], { ...limits, scratchMb: 2048 });
    running.channel?.write('go\n');
    const [, megabytes] = (await text(running.output)).trim().split(/\s+/);
    expect(Number(megabytes)).toBeGreaterThanOrEqual(2048);
    expect(Number(megabytes)).toBeLessThan(2200);
    await box.destroy();
  });
});

test.skipIf(reason !== undefined)('leaves no block device behind, destroyed or closed', async () => {
  const filesOfDevices = (): string[] =>
    readdirSync('/sys/block').flatMap((name) => {
      try {
        return [readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8')];
      } catch {
        return [];
      }
    });
  const root = mkdtempSync(join(tmpdir(), 'lambent-devices-'));
  const driver = await openDriver(root);
  const made = ['one', 'other'].map(async (id) => {
    const box = await driver.create({
      id,
      readOnlyDirectories: [],
      scratchDirectory: join(root, id),
      limits,
    });
    const command = { argv: ['/usr/bin/env'], env: {}, cwd: '/', channel: false } as const;
    await (await box.exec(command)).exited;
    return box;
  });
  const [first] = await Promise.all(made);
  await first?.destroy();
  await driver.close();
  await vi.waitFor(() => expect(filesOfDevices().join()).not.toContain(root), 25_000);
  rmSync(root, { recursive: true });
});

describe.skipIf(reason !== undefined)('sandboxes opened ahead of need', () => {
  let root: string;
  let driver: NamespaceDriver;
  const clock = new MovableClock();
  let made = 0;

  const files = (): string[] => readdirSync(root).filter((name) => name.startsWith('spare-'));
  // One has several files and directories, of which this is there from first to last.
  const spares = (): string[] => files().filter((name) => name.endsWith('.launch'));
  const create = async (): Promise<Sandbox> => {
    const id = `needed${(made += 1)}`;
    return await driver.create({ id, readOnlyDirectories: [], scratchDirectory: join(root, id), limits });
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'lambent-spares-'));
    driver = await openDriver(root, clock);
  });

  afterAll(async () => {
    await driver?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const env = { PATH: '/usr/bin:/bin', quoted: `it's "so" $HOME \`id\` \\ \n é Á *`, UID: 'x', _: 'y' };
  const facts = `tr '\\0' '\\n' < /proc/$$/environ; pwd; readlink /proc/$$/fd/*; ulimit -a;
    grep -E '^(SigIgn|Cap|NoNew|Seccomp|Gid|Groups)' /proc/$$/status; cat /proc/$$/cgroup; cut -c1-14 /proc/$$/uid_map`;
  const told = async (box: Sandbox, channel: boolean): Promise<string> => {
    const argv = ['/bin/sh', '-c', `${facts}; printf '%s\\n' "$@"; exit 7`, 'sh', "it's", ''] as const;
    const { output, exited } = await box.exec({ argv, env, cwd: '/tmp', channel });
    const said = await text(output);
    expect(await exited).toEqual({ code: 7, signal: null, outOfMemory: false });
    // Which socket or pipe it is, and which sandbox, may differ.
    return said.replaceAll(/(?<=socket:|lambent-).*/g, '').replaceAll(/needed\d+|spare-\d+-\d+/g, 'sandbox');
  };

  test('start programs as others do', async () => {
    const fresh = await create();
    for (const channel of [true, false]) {
      const expected = await told(fresh, channel);
      expect(expected).toContain(`quoted=${env.quoted}\n`);
      expect(expected).toContain('UID=x\n');
      await vi.waitFor(() => expect(spares()).toHaveLength(2), 20_000);
      const opened = await create();
      expect(await told(opened, channel)).toBe(expected);
      await opened.destroy();
    }
    await fresh.destroy();
  });

  test('leave what comes by the channel to the program, even what comes at once', async () => {
    await vi.waitFor(() => expect(spares()).toHaveLength(2), 20_000);
    const box = await create();
    const argv = ['/bin/sh', '-c', 'read line <&3; echo "$line"'] as const;
    const { channel, output } = await box.exec({ argv, env, cwd: '/', channel: true });
    channel?.write('at once\n');
    expect(await text(output)).toBe('at once\n');
    await box.destroy();
  });

  test('start another program when the shell that waited has ended', async () => {
    await vi.waitFor(() => expect(spares()).toHaveLength(2), 20_000);
    const [next = ''] = spares();
    const box = await create();
    const argv = ['/bin/sh', '-c', 'kill -9 -1'] as const;
    await (await box.execBeside({ argv, env, cwd: '/', channel: false })).exited;
    // What each program was started from goes with it.
    await vi.waitFor(() => expect(readdirSync(join(root, next))).toEqual(['root']), 20_000);
    expect(await told(box, true)).toContain('UID=x\n');
    await box.destroy();
  });

  test('go when the need has passed, and are counted until then', async () => {
    const counts = (ready: number, wanted: number) => ({
      directories: [],
      openFiles: limits.openFiles,
      ready,
      wanted,
    });
    await (await create()).destroy();
    await vi.waitFor(() => expect(driver.spares()).toEqual([counts(2, 2)]), 20_000);
    const taken = await create();
    expect(driver.spares()).toEqual([counts(1, 2)]);
    await taken.destroy();
    await vi.waitFor(() => expect(spares()).toHaveLength(2), 20_000);
    await clock.pass(9 * 60_000);
    expect(spares()).toHaveLength(2);
    await clock.pass(60_000);
    await vi.waitFor(() => expect(files()).toEqual([]), 20_000);
    expect(driver.spares()).toEqual([]);
  });
});
