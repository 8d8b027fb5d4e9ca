import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../../bin/lambent.mjs');
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const folder = mkdtempSync(join(tmpdir(), 'lambent-doctor-'));

/** Shows the command a machine without bubblewrap: what is not executable is not installed. */
const WITHOUT_BUBBLEWRAP = [
  'unshare',
  '--mount',
  '/bin/sh',
  '-c',
  'mount --bind /dev/null /usr/bin/bwrap && exec "$@"',
  'sh',
] as const;
const AS_USER = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

interface Finding {
  readonly area: string;
  readonly name: string;
  readonly state: string;
  readonly says: string;
  readonly remedy: string | null;
}

interface Examination {
  readonly isolation: string;
  readonly findings: readonly Finding[];
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lambent(args: readonly string[], before: readonly string[] = []) {
  const [program = '', ...rest] = [...before, process.execPath, MAIN, ...args];
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: '/', env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function examine(before: readonly string[] = []): Examination {
  const { status, stdout, stderr } = lambent(['doctor', '--json'], before);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Examination;
}

function find({ findings }: Examination, name: string): Finding | undefined {
  return findings.find((finding) => finding.name === name);
}

// In a directory of its own, where bootstraps of several languages are compiled.
describe('lambent doctor', { timeout: 120_000 }, () => {
  test('says as one object what this machine can do', () => {
    const examined = examine();
    expect(['namespace', 'process']).toContain(examined.isolation);
    for (const finding of examined.findings) {
      expect(finding).toEqual({
        area: expect.stringMatching(/^(isolation|limits|network|kernel|programs|runtimes|resources)$/),
        name: expect.any(String),
        state: expect.stringMatching(/^(ok|limited|missing)$/),
        says: expect.stringMatching(/./),
        remedy: finding.remedy === null ? null : expect.stringMatching(/./),
      });
      if (finding.state === 'ok') expect(finding.remedy).toBeNull();
    }
    expect(find(examined, 'nodejs24.x')).toMatchObject({ area: 'runtimes', state: 'ok' });
    expect(find(examined, 'disk')?.says).toMatch(/GB free/);
  });

  test('prints a plain line for each finding into a pipe', () => {
    const { status, stdout } = lambent(['doctor']);
    expect(status).toBe(0);
    const lines = stdout.slice(0, -1).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^isolation\tprocess\tok\t/));
    for (const line of lines) expect(line.split('\t')).toHaveLength(5);
  });

  test('explains itself, and refuses flags that start refuses', () => {
    expect(lambent(['doctor', '--help']).stdout).toContain('lambent doctor');
    expect(lambent(['help', 'doctor']).stdout).toContain('lambent doctor');
    expect(lambent(['doctor', '--nonsense'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^lambent: /),
    });
  });

  test('says what to do about every runtime that is not whole', () => {
    const { findings } = examine();
    for (const { area, name, state, remedy } of findings)
      if (area === 'runtimes' && state !== 'ok')
        expect({ name, remedy }).toMatchObject({ remedy: expect.stringMatching(/./) });
  });

  test('says that the data directory cannot be written', () => {
    const file = join(folder, 'no-directory');
    writeFileSync(file, '');
    const { status, stdout } = lambent(['doctor', '--json', '--data-dir', join(file, 'data')]);
    expect(status).toBe(0);
    expect(find(JSON.parse(stdout) as Examination, 'disk')).toMatchObject({
      state: 'missing',
      remedy: 'choose another place with --data-dir',
    });
  });

  test.skipIf(!isRoot || !isLinux)('tells an ordinary user what would need root', () => {
    const examined = examine(AS_USER);
    if (examined.isolation === 'namespace')
      expect(find(examined, '/tmp')).toMatchObject({
        state: 'limited',
        remedy: expect.stringContaining('root'),
      });
    expect(find(examined, 'process')?.state).toBe('ok');
  });
});

describe.skipIf(!isRoot || !isLinux)('a machine without bubblewrap', { timeout: 120_000 }, () => {
  const remedy = 'install it (apt-get install bubblewrap)';

  test('is told what to install', () => {
    const examined = examine(WITHOUT_BUBBLEWRAP);
    expect(examined.isolation).toBe('process');
    expect(find(examined, 'namespace')).toMatchObject({ state: 'missing', remedy });
    expect(find(examined, 'bwrap')).toMatchObject({
      state: 'missing',
      remedy: 'sudo apt-get install bubblewrap',
    });
  });

  test('starts at the level it can hold, and says why', async () => {
    const [program, ...rest] = [...WITHOUT_BUBBLEWRAP, process.execPath, MAIN];
    const child = spawn(program, [...rest, 'start', '--port', '0', '--ephemeral', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({
      status: 'running',
      isolation: 'process',
      isolationReason: `bubblewrap is missing: ${remedy}`,
    });
    child.kill();
    await once(child, 'exit');
  });

  test('a root without its powers, as in most containers, is told of those', () => {
    const powerless = ['setpriv', '--bounding-set=-sys_admin,-net_admin', '--inh-caps=-all'];
    const level = ['start', '--port', '0', '--ephemeral', '--isolation'];
    for (const name of ['namespace', 'gvisor'])
      expect(lambent([...level, name], powerless)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /^lambent: [^\n]*: root is without CAP_NET_ADMIN and CAP_SYS_ADMIN, [^\n]*\n$/,
        ),
      });
  });

  test('refuses to start at a level it cannot hold, in the same words', () => {
    const refused = lambent(
      ['start', '--port', '0', '--ephemeral', '--isolation', 'namespace'],
      WITHOUT_BUBBLEWRAP,
    );
    expect(refused).toMatchObject({
      status: 1,
      stderr: `lambent: --isolation namespace does not work on this machine: bubblewrap is missing: ${remedy}.\n`,
    });
  });
});
