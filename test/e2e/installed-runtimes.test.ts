import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { LambentCommand } from '../support/lambent-command.ts';
import { temporaryDirectory } from '../support/server.ts';

/** Registries, and the way to them, may be named by variables, too. */
const npmSettings = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] =>
    /^(npm_config_(registry|userconfig|cafile)|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i.test(entry[0]),
  ),
);

let command: LambentCommand;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  directory = await temporaryDirectory();
  command = await LambentCommand.start({ dataDir: directory.path, env: npmSettings });
});
afterAll(async () => {
  await command.stop();
  await directory.remove();
});

interface Listed {
  readonly runtime: string;
  readonly interpreter: { readonly path: string; readonly version: string; readonly origin: string } | null;
  readonly warning: string | null;
  readonly problem: string | null;
  readonly remedy: string | null;
}
const listed = async (): Promise<Map<string, Listed>> => {
  const { code, out } = await command.run(['runtimes', 'list', '--json']);
  expect(code).toBe(0);
  return new Map((JSON.parse(out) as Listed[]).map((each) => [each.runtime, each]));
};

// The first one compiles the Java bootstrap, where there is a compiler.
test('the list says what each runtime runs on, or why it does not', { timeout: 120_000 }, async () => {
  const runtimes = await listed();
  expect(runtimes.get('nodejs24.x')).toMatchObject({
    interpreter: { version: expect.stringMatching(/^24\./), origin: 'bundled' },
    warning: null,
    problem: null,
  });
  expect(runtimes.get('provided.al2023')).toMatchObject({ interpreter: null, problem: null });
  for (const { runtime, interpreter, problem, warning, remedy } of runtimes.values()) {
    if (interpreter !== null)
      expect({ runtime, there: existsSync(interpreter.path) }).toMatchObject({ there: true });
    else if (!runtime.startsWith('provided')) expect(problem).toContain(`The runtime ${runtime} needs`);
    if (warning !== null) expect(warning).toMatch(new RegExp(`^${runtime} runs on .*: the machine has no `));
    expect({ runtime, isAdvised: remedy !== null }).toEqual({
      runtime,
      isAdvised: (warning ?? problem) !== null,
    });
  }
});

test('in a pipe the list is plain lines, tabs between', { timeout: 120_000 }, async () => {
  const { code, out } = await command.run(['runtimes']);
  expect(code).toBe(0);
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength((await listed()).size);
  for (const line of lines) expect(line.split('\t')).toHaveLength(4);
  expect(lines[2]).toMatch(/^nodejs24\.x\t24\.\S+ \/\S+\tcomes with Lambent\t-$/);
});

test('what was there is said with --json, too, when the next fails', async () => {
  const { code, out, err } = await command.run(['runtimes', 'install', 'nodejs23.x', '--json']);
  expect({ code, out }).toEqual({ code: 1, out: '[]\n' });
  expect(err).toContain('RuntimeNotInstalled: There is no runtime nodejs23.x.');
});

test.each([
  ['python3.12', 'RuntimeNotInstalled: Lambent installs Node.js runtimes only; python3.12 is up to you.'],
  ['nodejs23.x', 'RuntimeNotInstalled: There is no runtime nodejs23.x.'],
])('%s is not installed, and why', async (id, message) => {
  const { code, err } = await command.run(['runtimes', 'install', id]);
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test('an unreachable registry is named as the reason, and leaves nothing behind', {
  timeout: 120_000,
}, async () => {
  const own = await temporaryDirectory();
  const closed = {
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
    npm_config_cache: own.path,
  };
  const offline = await LambentCommand.start({ dataDir: join(own.path, 'data'), env: closed });
  const { code, err } = await offline.run(['runtimes', 'install', 'nodejs22.x']);
  expect(code).toBe(1);
  expect(err).toContain('The npm registry could not be reached.');
  expect(readdirSync(join(own.path, 'data/runtimes'), { recursive: true })).toEqual(['.unpacking']);
  await offline.stop();
  await own.remove();
});

/** Unpacks something and then waits for ever: an installation that is cut short in the middle. */
const SLOW_NPM = `#!/bin/sh
mkdir -p node_modules/half
sleep 600 &
echo "$$ $!" > node_modules/half/empty
mv node_modules/half/empty node_modules/half/way
wait
`;

// What looks on compiles bootstraps.
test('an installation that is killed leaves nothing that counts; another process may look on', {
  timeout: 180_000,
}, async () => {
  const own = await temporaryDirectory();
  const bin = join(own.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'npm'), SLOW_NPM, { mode: 0o755 });
  const dataDir = join(own.path, 'data');
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, npm_execpath: '' };
  const first = await LambentCommand.start({ dataDir, env });
  const installing = first.run(['runtimes', 'install', 'nodejs22.x']);
  const unpacking = join(dataDir, 'runtimes/.unpacking');
  const half = (): string[] =>
    existsSync(unpacking)
      ? readdirSync(unpacking, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('way'))
      : [];
  await vi.waitFor(() => expect(half()).toHaveLength(1), { timeout: 30_000 });
  const { code } = await first.run(['doctor', '--data-dir', dataDir, '--json']);
  expect({ code, half: half().length }).toEqual({ code: 0, half: 1 });
  const pids = readFileSync(join(unpacking, half()[0] ?? ''), 'utf8')
    .split(' ')
    .map(Number);
  expect(pids.map(isRunning)).toEqual([true, true]);
  await first.server.kill();
  await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), { timeout: 30_000 });
  expect(await installing).toMatchObject({ code: 1, err: expect.stringContaining('lambent: ') });
  const second = await LambentCommand.start({ dataDir });
  expect(readdirSync(join(dataDir, 'runtimes'))).toEqual([]);
  await second.stop();
  await first.stop();
  await own.remove();
});

async function warnings(): Promise<string[]> {
  const answer = await fetch(`${command.server.endpoint}/_lambent/health`);
  return ((await answer.json()) as { warnings: string[] }).warnings;
}

const registry = available('npm', 'view', `node-${process.platform}-${process.arch}@26`, 'version');
describe.skipIf(!registry)('installing', () => {
  test('Node.js 26 comes by npm; functions run on it at once', { timeout: 180_000 }, async () => {
    const code = 'exports.handler = async () => process.version;';
    const settings = { Runtime: 'nodejs26.x' } as const;
    await deploy(command.server.lambda, 'next', { 'index.js': code }, settings);
    const before = (await listed()).get('nodejs26.x');
    await invoke(command.server.lambda, 'next');
    if (before?.warning !== null) expect(await warnings()).toContain(before?.warning);
    const install = () => command.run(['runtimes', 'install', 'nodejs26.x']);
    const [{ code: exit, out, err }, other] = await Promise.all([install(), install()]);
    expect(other).toMatchObject({ code: 0, out });
    expect({ exit, err }).toEqual({ exit: 0, err: 'installing nodejs26.x ...\n' });
    expect(out).toMatch(/^nodejs26\.x runs on 26\.\d+\.\d+ \/.*\/runtimes\/node-26\.\d+\.\d+\/bin\/node\n$/);
    expect((await listed()).get('nodejs26.x')).toMatchObject({
      interpreter: { origin: 'installed' },
      warning: null,
    });
    // The first one's environment goes on as it is.
    await deploy(command.server.lambda, 'after', { 'index.js': code }, settings);
    expect((await invoke(command.server.lambda, 'after')).payload).toMatch(/^v26\./);
    expect(await warnings()).not.toContain(before?.warning);
  });
});

test('with --auth strict only a configured key installs', { timeout: 120_000 }, async () => {
  const strict = await LambentCommand.start({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: 'known:its-secret:111111111111' },
  });
  const install = async (env: NodeJS.ProcessEnv) =>
    await strict.run(['runtimes', 'install', 'nodejs23.x'], '', env);
  const stranger = await install({});
  expect(stranger.err).toContain('AccessDeniedException');
  const known = await install({ AWS_ACCESS_KEY_ID: 'known', AWS_SECRET_ACCESS_KEY: 'its-secret' });
  expect(known.err).toContain('There is no runtime nodejs23.x');
  await strict.stop();
});

/** One that nobody has collected yet runs no more: it has no command line. */
function isRunning(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}
