import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { environmentOf } from '../support/environments.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { type AttackedLevel, levels } from './levels.ts';

/** A function that runs what it is told to, in a shell; with `detach` it does not wait for it. */
const SHELL = {
  'index.js': `
const { spawnSync, spawn } = require('node:child_process');
exports.handler = async ({ run, detach }) => {
  if (detach) return new Promise((begun) => {
    spawn('/usr/bin/setsid', ['/bin/sh', '-c', run], { detached: true, stdio: 'ignore' }).once('spawn', () => begun(0)).unref();
  });
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', run], { encoding: 'utf8', timeout: 50_000 });
  return { status, said: stdout + stderr };
};`,
};

/** Answers how many processes it could make. */
const FORK_BOMB = `
import os

def handler(event, context):
    made = 0
    try:
        while made < event["most"]:
            os.posix_spawn("/usr/bin/sleep", ["sleep", "60"], {})
            made += 1
    except OSError:
        pass
    return made
`;

/** The number of the system call itself, as C libraries would not pass such flags on. */
const CLONE = process.arch === 'arm64' ? 220 : 56;

const PR_GET_NO_NEW_PRIVS = 39;
const PTRACE_ATTACH = 16;

/** The command lines of everything that runs on this machine. */
function commandsOfHost(): string[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      return [readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()];
    } catch {
      return [];
    }
  });
}

interface Ran {
  readonly status: number | null;
  readonly said: string;
}

for (const level of levels) {
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name} a function cannot`,
    { timeout: level.timeoutMs },
    () => {
      attacks(level);
    },
  );
}

function attacks(level: AttackedLevel): void {
  let server: TestServer;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;
  let secrets: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    data = await temporaryDirectory();
    secrets = await temporaryDirectory();
    await writeFile(join(secrets.path, 'secret'), 'of the host');
    server = await startServer({ dataDir: data.path, flags: ['--isolation', level.name] });
    await deploy(server.lambda, 'attacker', SHELL, { MemorySize: 1769, Timeout: 60 });
    await deploy(server.lambda, 'victim', { ...SHELL, 'mine.txt': 'code of the victim' }, { Timeout: 60 });
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
    await data?.remove();
    await secrets?.remove();
  });

  const attack = async (run: string, name = 'attacker'): Promise<Ran> => {
    const answer = await invoke(server.lambda, name, { run });
    expect(answer.functionError).toBeUndefined();
    return answer.payload as Ran;
  };
  const failing = async (run: string): Promise<void> => {
    const ran = await attack(run);
    expect(ran.status, ran.said).not.toBe(0);
  };

  test('be on a level that is called anything else', async () => {
    const health = (await (await fetch(`${server.endpoint}/_lambent/health`)).json()) as {
      readonly isolation: string;
      readonly limits: Readonly<Record<string, string>>;
    };
    expect(health.isolation).toBe(level.name);
    expect(health.limits).toMatchObject({ openFiles: 'kernel', scratch: 'kernel' });
    // A kernel of its own counts none; what stands behind it needs control groups.
    if (!level.hasOwnKernel) expect(health.limits['processes']).toBe('kernel');
  });

  test('read files of the host', async () => {
    await failing(`cat ${secrets.path}/secret`);
    await failing('cat /etc/shadow');
    await failing('ls /root /home');
    expect((await attack('cat /etc/passwd')).said).toMatch(/^sbx_user1051:[^\n]*\n$/);
  });

  test("read the data directory or other functions' code and /tmp", async () => {
    await attack('echo hidden > /tmp/of-the-victim', 'victim');
    await failing(`ls ${data.path}`);
    await failing('cat /tmp/of-the-victim');
    expect((await attack('cat /tmp/of-the-victim', 'victim')).said).toBe('hidden\n');
    expect((await attack('find / -xdev -name mine.txt 2>/dev/null')).said).toBe('');
    expect((await attack('find / -name of-the-victim 2>/dev/null')).said).toBe('');
  });

  test('write anywhere but /tmp', async () => {
    for (const path of [
      '/',
      '/var/task',
      '/var/runtime',
      '/opt',
      '/usr',
      '/etc',
      '/dev',
      '/proc/sys/kernel',
    ]) {
      await failing(`echo x > ${path}/written`);
    }
    const ran = await attack('echo x > /tmp/written && cat /tmp/written');
    expect(ran.said).toBe('x\n');
    const all =
      'find / -xdev -writable -not -type l -not -type c 2>/dev/null | grep -v -e ^/tmp -e ^/proc || true';
    expect((await attack(all)).said).toBe('');
  });

  test('see, signal or trace processes of the host', async () => {
    const seen = await attack('ls /proc | grep -c "^[0-9]" ; cat /proc/[0-9]*/comm');
    expect(seen.said).not.toContain('vitest');
    expect(Number.parseInt(seen.said, 10)).toBeLessThan(12);
    await failing(`kill -0 ${server.process.pid}`);
    // The first process of the sandbox, of the same user where the platform is an ordinary one; it was given nothing.
    expect((await attack('cat /proc/1/environ')).said).not.toMatch(/HOME=\/\w|LAMBENT|AWS_/);
    await failing('cat /proc/1/root/etc/shadow');
    const traced = await attack(
      `python3 -c "import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.ptrace(${PTRACE_ATTACH}, 1, 0, 0), ctypes.get_errno())"`,
    );
    expect(traced.said).toBe('-1 1\n');
  });

  test('mount, or make namespaces of its own', async () => {
    await failing('mount -t tmpfs none /tmp');
    await failing('nsenter --target 1 --pid true');
    if (level.hasOwnKernel) {
      // As root of one of its own namespaces it is still who it was to everything that is not.
      const asRoot = (run: string): string => `unshare --map-root-user --mount sh -c "${run}"`;
      expect((await attack(asRoot('id -u'))).said).toBe('0\n');
      const write = 'mount -o remount,rw,bind $path; echo x > $path/written && echo done';
      const everywhere = `for path in / /usr /etc /opt /var/task /var/runtime; do ${write}; done`;
      expect((await attack(asRoot(everywhere.replaceAll('$', '\\$')))).said).not.toContain('done');
      await failing(asRoot(`cat ${secrets.path}/secret`));
      return;
    }
    await failing('unshare --user true');
    await failing('unshare --map-root-user --mount true');
    const clone = `import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.syscall(${CLONE}, 0x10000011, 0, 0, 0, 0), ctypes.get_errno())`;
    expect((await attack(`python3 -c '${clone}'`)).said).toBe('-1 1\n');
  });

  test('be root, have capabilities or gain privileges', async () => {
    const { said } = await attack('id -u; grep -E "^(Cap|Seccomp:)" /proc/self/status');
    expect(said).toMatch(/^993\n/);
    expect(said).toMatch(/^CapEff:\s+0+$/m);
    expect(said).not.toMatch(/^Cap(?:Inh|Prm|Eff|Amb):\s+0*[1-9a-f]/m);
    expect(
      (
        await attack(
          `python3 -c 'import ctypes; print(ctypes.CDLL(None).prctl(${PR_GET_NO_NEW_PRIVS}, 0, 0, 0, 0))'`,
        )
      ).said,
    ).toBe('1\n');
    if (!level.hasOwnKernel) expect(said).toMatch(/^Seccomp:\s+2$/m);
  });

  test('change the core pattern', async () => {
    const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    await failing('echo "|/tmp/evil" > /proc/sys/kernel/core_pattern');
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
  });

  test('open raw, packet or virtual machine sockets', async () => {
    for (const [family, type] of [
      ['AF_INET', 'SOCK_RAW'],
      ['AF_PACKET', 'SOCK_RAW'],
      ['AF_VSOCK', 'SOCK_STREAM'],
    ]) {
      await failing(`python3 -c "import socket; socket.socket(socket.${family}, socket.${type})"`);
    }
    expect((await attack('python3 -c "import socket; socket.socket()"')).status).toBe(0);
  });

  test('find descriptors or variables of the platform', async () => {
    const { said } = await attack('env; ls -l /proc/$PPID/fd; exec ls /proc/self/fd');
    expect(said).not.toContain('lambent.mjs');
    expect(said).not.toContain(data.path);
    const own = await attack('ls -l /proc/self/fd | grep -v -e "-> /proc/" | tail -n +2 | wc -l');
    expect(Number(own.said)).toBeLessThanOrEqual(4);
  });

  test('outlive its environment in a session of its own', async () => {
    const mark = `sleep ${process.pid}31415926`;
    const FunctionName = uniqueName('survivor');
    await deploy(server.lambda, FunctionName, SHELL, { Timeout: 60 });
    await invoke(server.lambda, FunctionName, { run: mark, detach: true });
    const seen = level.hasOwnKernel ? `${await environmentOf(server, FunctionName)}.gvisor` : mark;
    await eventually(
      async () => {
        // What it left behind may be frozen before it has begun.
        await invoke(server.lambda, FunctionName, { run: 'true' });
        return commandsOfHost();
      },
      (all) => all.some((command) => command.includes(seen)),
    );
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await eventually(
      async () => commandsOfHost(),
      (all) => !all.some((command) => command.includes(seen)),
    );
  });

  test('fork without end', async () => {
    const FunctionName = uniqueName('bomber');
    // What nothing limits goes on until its time is over, however quick it is; what is, has to come to its limit before that.
    const [Timeout, most] = level.hasOwnKernel ? [10, 1_000_000] : [40, 10_000];
    onTestFinished(async () => void (await server.lambda.send(new DeleteFunctionCommand({ FunctionName }))));
    await deploy(
      server.lambda,
      FunctionName,
      { 'index.py': FORK_BOMB },
      { Runtime: 'python3.12', Handler: 'index.handler', MemorySize: 3008, Timeout },
    );
    const { payload, functionError } = await invoke(server.lambda, FunctionName, { most });
    if (level.hasOwnKernel) expect(functionError).toBe('Unhandled');
    else {
      expect(payload).toBeGreaterThan(10);
      expect(payload).toBeLessThan(1024);
    }
    expect((await attack('echo well', 'victim')).said).toBe('well\n');
  });
}
