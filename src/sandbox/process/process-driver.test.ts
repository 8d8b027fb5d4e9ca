import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { guardedDriver } from '../guarded-sandbox.ts';
import type { Sandbox, SandboxCommand, SandboxProcess } from '../sandbox.ts';
import { ProcessDriver } from './process-driver.ts';

const root = mkdtempSync(join(tmpdir(), 'lambent-sandbox-'));
const driver = guardedDriver(new ProcessDriver());
let made = 0;

async function sandbox(memoryMb = 256, scratchMb = 512): Promise<Sandbox> {
  made += 1;
  const code = join(root, `code-${made}`);
  mkdirSync(code);
  writeFileSync(join(code, 'file'), 'contents');
  return driver.create({
    id: `s${made}`,
    readOnlyDirectories: [
      { hostPath: code, sandboxPath: '/var/task' },
      { hostPath: join(root, 'layers'), sandboxPath: '/opt' },
      // A program of the machine that happens to lie inside another one of these.
      { hostPath: '/opt/programs', sandboxPath: '/opt/programs' },
    ],
    scratchDirectory: join(root, `scratch-${made}`),
    limits: { memoryMb, cpuShare: 1, scratchMb, processes: 1024, openFiles: 1024 },
  });
}

function shell(script: string, more: Partial<SandboxCommand> = {}): SandboxCommand {
  return { argv: ['/bin/sh', '-c', script], env: {}, cwd: '/', channel: false, ...more };
}

function node(script: string, channel = false): SandboxCommand {
  return { argv: [process.execPath, '-e', script], env: {}, cwd: '/', channel };
}

async function outputOf(running: SandboxProcess): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of running.output) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Takes memory until somebody stops it. */
const hog = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(4 << 20, 1)), 2)';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

beforeAll(async () => {
  // The spawner starts in the background; the first start waits for it.
  await outputOf(await (await sandbox()).exec(shell('true')));
});

afterAll(async () => {
  await driver.close();
  rmSync(root, { recursive: true, force: true });
});

describe('a process sandbox', () => {
  test('says that it is no security boundary', () => {
    expect(driver.isolation).toBe('process');
  });

  test('gives the process exactly the environment it was told', async () => {
    const running = await (await sandbox()).exec(node('console.log(JSON.stringify(process.env))'));
    expect(JSON.parse(await outputOf(running))).toEqual({});
  });

  test('interleaves standard output and error, in a pipe that scripts can open by name', async () => {
    const running = await (await sandbox()).exec(
      shell('echo 1; echo 2 >&2; echo 3 >/dev/stdout; echo 4 >/dev/stderr'),
    );
    expect(await outputOf(running)).toBe('1\n2\n3\n4\n');
  });

  test.each([
    ['exit 0', { code: 0, signal: null, outOfMemory: false }],
    ['exit 7', { code: 7, signal: null, outOfMemory: false }],
    ['kill -SEGV $$', { code: null, signal: 'SIGSEGV', outOfMemory: false }],
  ])('reports the end of `%s`', async (script, expected) => {
    const running = await (await sandbox()).exec(shell(script));
    expect(await running.exited).toEqual(expected);
  });

  test.each([
    [['/nowhere/program'], 'ENOENT'],
    [['/etc/passwd'], 'EACCES'],
  ] as const)('rejects starting %j with %s', async (argv, code) => {
    const box = await sandbox();
    await expect(box.exec({ ...shell(''), argv: [argv[0]] })).rejects.toMatchObject({ code });
    // The failed start does not occupy the sandbox.
    expect((await (await box.exec(shell('exit 3'))).exited).code).toBe(3);
  });

  test('carries bytes both ways on descriptor 3, which blocks the process', async () => {
    const echo = `const fs = require('node:fs'); const b = Buffer.alloc(65536);
      for (let n; (n = fs.readSync(3, b)) > 0; ) for (let d = 0; d < n; ) d += fs.writeSync(3, b, d, n - d);`;
    const { channel } = await (await sandbox()).exec(node(echo, true));
    const sent = Buffer.alloc(3 << 20, 'abcdefg');
    channel?.write(sent);
    const received: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of channel ?? []) {
      received.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes === sent.length) break;
    }
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test('limits open files', async () => {
    expect(await outputOf(await (await sandbox()).exec(shell('ulimit -n; ulimit -Hn')))).toBe('1024\n1024\n');
  });

  test('has the mask and the stack of AWS, whatever the platform has', async () => {
    expect(await outputOf(await (await sandbox()).exec(shell('umask; ulimit -s')))).toBe('0022\n8192\n');
  });

  test('maps paths to the host', async () => {
    const box = await sandbox();
    const running = await box.exec(
      shell(`cat ${box.pathInside('/var/task/file')}; pwd`, { cwd: box.pathInside('/tmp') }),
    );
    expect(await outputOf(running)).toBe(`contents${join(root, `scratch-${made}`)}\n`);
    expect(box.pathInside('/tmpfoo')).toBe('/tmpfoo');
    expect(box.pathInside('/usr/bin')).toBe('/usr/bin');
    expect(box.pathInside('/opt/lib')).toBe(join(root, 'layers/lib'));
    expect(box.pathInside('/opt/programs/bin')).toBe('/opt/programs/bin');
  });

  test('maps directories attached later, and counts their limits from then on', async () => {
    const box = await sandbox(2048, 1);
    const limits = { memoryMb: 64, cpuShare: 1, scratchMb: 3, processes: 1024, openFiles: 1024 };
    writeFileSync(join(box.pathInside('/tmp'), 'large'), Buffer.alloc(2 << 20));
    expect(await box.scratchOverflows()).toBe(true);
    const running = await box.exec(node(hog));
    await box.attach([{ hostPath: join(root, 'later'), sandboxPath: '/opt/later' }], limits);
    expect(box.pathInside('/opt/later/a')).toBe(join(root, 'later/a'));
    expect(box.pathInside('/opt/a')).toBe(join(root, 'layers/a'));
    expect(await box.scratchOverflows()).toBe(false);
    expect(await running.exited).toMatchObject({ outOfMemory: true });
  });

  test('kills the whole tree, and what the first process leaves behind', async () => {
    const box = await sandbox();
    const killed = await box.exec(shell('sleep 60 & echo $!; wait'));
    const [line] = (await killed.output.take(1).toArray()) as Buffer[];
    const child = Number(String(line));
    expect(isAlive(child)).toBe(true);
    killed.kill();
    expect((await killed.exited).signal).toBe('SIGKILL');
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), 25_000);

    const left = Number(await outputOf(await box.exec(shell('sleep 60 >/dev/null 2>&1 & echo $!'))));
    expect(left).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isAlive(left)).toBe(false), 25_000);
  });

  test.skipIf(process.platform !== 'linux')('ends what left its tree, and only that', async () => {
    const [box, other] = [await sandbox(), await sandbox()];
    const leave =
      'setsid sleep 60 >/dev/null 2>&1 & until [ "$(cut -d" " -f6 /proc/$!/stat)" = $! ]; do :; done; echo $!';
    const daemon = (of: Sandbox): SandboxCommand => shell(leave, { env: { TMPDIR: of.pathInside('/tmp') } });
    const beside = await box.execBeside({ ...daemon(box), argv: ['/bin/sleep', '60'] });
    const others = await other.exec(shell(`${leave}; sleep 60`));
    const [line] = (await others.output.take(1).toArray()) as Buffer[];
    const left = Number(await outputOf(await box.exec(daemon(box))));
    await vi.waitFor(() => expect(isAlive(left)).toBe(false), 25_000);
    expect(isAlive(Number(String(line)))).toBe(true);
    for (const running of [beside, others]) {
      running.kill();
      expect((await running.exited).signal).toBe('SIGKILL');
    }
    process.kill(Number(String(line)), 'SIGKILL');
  });

  test('runs one tree at a time', async () => {
    const box = await sandbox();
    const running = await box.exec(shell('sleep 60'));
    await expect(box.exec(shell('true'))).rejects.toThrow('already runs');
    running.kill();
    await running.exited;
    expect((await (await box.exec(shell('exit 4'))).exited).code).toBe(4);
  });

  test('is destroyed once, process and scratch directory with it', async () => {
    const box = await sandbox();
    const scratch = box.pathInside('/tmp');
    writeFileSync(join(scratch, 'file'), '');
    const running = await box.exec(shell('sleep 60'));
    await Promise.all([box.destroy(), box.destroy()]);
    expect((await running.exited).signal).toBe('SIGKILL');
    expect(readdirSync(root)).not.toContain(scratch.slice(root.length + 1));
    await expect(box.exec(shell('true'))).rejects.toThrow('destroyed');
  });

  test('finds a scratch directory over its limit', async () => {
    const box = await sandbox(256, 1);
    mkdirSync(box.pathInside('/tmp/deep'));
    writeFileSync(box.pathInside('/tmp/deep/small'), Buffer.alloc(1000, 1));
    expect(await box.scratchOverflows()).toBe(false);
    writeFileSync(box.pathInside('/tmp/deep/large'), Buffer.alloc(1 << 20, 1));
    expect(await box.scratchOverflows()).toBe(true);
  });
});

describe('the memory limit', () => {
  test('ends a process that goes over it, and says why', async () => {
    const box = await sandbox(100);
    const running = await box.exec(node(hog));
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL', outOfMemory: true });
    expect(box.stats().memoryPeakBytes).toBeGreaterThan(100 << 20);
  });

  test('counts the whole tree', async () => {
    const box = await sandbox(140);
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(hog)}]); setInterval(() => {}, 1000)`;
    const running = await box.exec(node(child));
    expect((await running.exited).outOfMemory).toBe(true);
  });

  test('leaves an ordinary process alone, and tells its peak', async () => {
    const box = await sandbox(200);
    const running = await box.exec(
      node(`Buffer.alloc(60 << 20, 1); console.log('ready'); setInterval(() => {}, 1000)`),
    );
    await running.output.take(1).toArray();
    expect(box.stats().memoryPeakBytes).toBeGreaterThan(60 << 20);
    expect(box.stats().memoryPeakBytes).toBeLessThan(200 << 20);
    running.setActive(false);
    running.setActive(true);
    running.kill();
    expect((await running.exited).outOfMemory).toBe(false);
  });
});
