import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { MachineRuntimes } from './machine-runtimes.ts';
import { RUNTIME_IDS } from './runtime-ids.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lambent-catalog-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

let folders = 0;
const folder = (): string => {
  folders += 1;
  const path = join(scratch, String(folders));
  mkdirSync(path);
  return path;
};
const catalog = (options: Partial<ConstructorParameters<typeof MachineRuntimes>[0]> = {}) =>
  new MachineRuntimes({
    strict: false,
    cacheDirectory: folder(),
    installDirectory: '/nowhere',
    searchPath: process.env['PATH'] ?? '',
    ...options,
  });

/** A program that answers the catalog's question like an interpreter of some version. */
function fakeInterpreter(directory: string, name: string, lines: readonly string[], exitCode = 0): string {
  const path = join(directory, name);
  writeFileSync(
    path,
    `#!/bin/sh\nprintf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\nexit ${exitCode}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

/** Maps the sandbox's paths to themselves below `/sandbox`, to show which ones go through the mapping. */
const inside = (path: string): string => `/sandbox${path}`;

describe('nodejs', () => {
  test('the environment has what Lambda sets, and the interpreter in its place', async () => {
    const runtime = await catalog().resolve('nodejs24.x');
    expect(runtime).toMatchObject({ id: 'nodejs24.x', protocol: 'frames', warning: undefined });
    expect(runtime.argv(inside, 128)).toEqual([
      '/sandbox/var/lang/bin/node',
      '/sandbox/var/runtime/bootstrap.cjs',
    ]);
    expect(runtime.env(inside)).toEqual({
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_RUNTIME_DIR: '/sandbox/var/runtime',
      PATH: '/sandbox/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/sandbox/opt/bin',
      LD_LIBRARY_PATH:
        '/sandbox/var/runtime:/sandbox/var/runtime/lib:/sandbox/var/task:/sandbox/var/task/lib:/sandbox/opt/lib',
      NODE_PATH:
        '/sandbox/opt/nodejs/node24/node_modules:/sandbox/opt/nodejs/node_modules:/sandbox/var/runtime/node_modules:/sandbox/var/runtime:/sandbox/var/task',
      NODE_OPTIONS:
        '--no-experimental-require-module --no-experimental-detect-module --v8-pool-size=1 --disable-sigusr1',
    });
  });

  test('the runtime directory stands alone and is built once', async () => {
    const cacheDirectory = folder();
    const first = await catalog({ cacheDirectory }).resolve('nodejs24.x');
    const again = await catalog({ cacheDirectory }).resolve('nodejs24.x');
    const directory =
      first.directories.find(({ sandboxPath }) => sandboxPath === '/var/runtime')?.hostPath ?? '';
    expect(again.directories).toEqual(first.directories);
    expect(readdirSync(join(cacheDirectory, 'runtimes'))).toHaveLength(1);
    expect(existsSync(join(directory, 'bootstrap.cjs'))).toBe(true);
    const links = join(directory, 'node_modules');
    expect(readdirSync(links)).toEqual(expect.arrayContaining(['@aws-sdk', '@smithy', 'tslib']));
    expect(readdirSync(links)).not.toEqual(expect.arrayContaining(['kysely']));
    const shared = first.directories.map(({ hostPath }) => hostPath);
    expect(shared).toContain(join(realpathSync(join(links, '@aws-sdk/client-lambda')), '../..'));
  });
});

describe('python', () => {
  test('the environment has what Lambda sets', async () => {
    const directory = folder();
    fakeInterpreter(directory, 'python3.12', ['3.12.9', '/far/away/bin/python3.12', '/venv', '/far/away']);
    const runtime = await catalog({ searchPath: directory }).resolve('python3.12');
    expect(runtime).toMatchObject({ protocol: 'frames', warning: undefined });
    expect(runtime.argv(inside, 128)).toEqual([
      '/far/away/bin/python3.12',
      '/sandbox/var/runtime/bootstrap.py',
      '/sandbox/opt/python/lib/python3.12/site-packages',
      '/sandbox/opt/python',
    ]);
    expect(runtime.env(inside)).toEqual({
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      LC_CTYPE: 'C.UTF-8',
      AWS_EXECUTION_ENV: 'AWS_Lambda_python3.12',
      LAMBDA_RUNTIME_DIR: '/sandbox/var/runtime',
      PATH: '/far/away/bin:/usr/local/bin:/usr/bin/:/bin:/sandbox/opt/bin',
      LD_LIBRARY_PATH:
        '/sandbox/var/runtime:/sandbox/var/runtime/lib:/sandbox/var/task:/sandbox/var/task/lib:/sandbox/opt/lib',
      PYTHONPATH: '/sandbox/var/runtime',
    });
    expect(runtime.directories.slice(1)).toEqual([
      { hostPath: '/venv', sandboxPath: '/venv' },
      { hostPath: '/far/away', sandboxPath: '/far/away' },
    ]);
  });

  test('a shim that fails or names another version is passed over', async () => {
    const [broken, lying, good] = [folder(), folder(), folder()];
    fakeInterpreter(broken, 'python3.9', [], 127);
    fakeInterpreter(lying, 'python3.9', ['3.8.1', '/old/bin/python3.8', '/old', '/old']);
    fakeInterpreter(good, 'python3.9', ['3.9.2', '/good/bin/python3.9', '/good', '/good']);
    const runtime = await catalog({ searchPath: [broken, lying, good].join(':') }).resolve('python3.9');
    expect(runtime.argv(inside, 128)[0]).toBe('/good/bin/python3.9');
    expect(runtime.env(inside)).not.toHaveProperty('LC_CTYPE');
  });
});

/** Versions that are not installed where the catalog looks besides the search path, so that a test can stage them. */
const missing = [9, 10, 11, 12, 13, 14].filter(
  (minor) => !['/usr/bin', '/usr/local/bin'].some((path) => existsSync(join(path, `python3.${minor}`))),
);

describe.each(missing.slice(0, 1))('with no Python 3.%i', (minor) => {
  const id = `python3.${minor}`;
  const stage = () => {
    vi.stubEnv('PYENV_ROOT', folder());
    return folder();
  };

  test('it runs on the nearest with one warning, or is refused', async () => {
    const searchPath = stage();
    fakeInterpreter(searchPath, `python3.${minor + 1}`, [
      `3.${minor + 1}.0`,
      '/new/bin/python',
      '/new',
      '/new',
    ]);
    const runtime = await catalog({ searchPath }).resolve(id);
    expect(runtime.warning).toBe(`${id} runs on Python 3.${minor + 1}.0: the machine has no 3.${minor}`);
    expect(runtime.env(inside)['AWS_EXECUTION_ENV']).toBe(`AWS_Lambda_${id}`);
    const refusal = await catalog({ searchPath, strict: true })
      .resolve(id)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RuntimeUnavailable);
    expect(String(refusal)).toContain(
      `The runtime ${id} needs Python 3.${minor}, which this machine does not have. Install it`,
    );
  });

  /** Says of itself that it lies elsewhere, as what links and shims lead to does. */
  const stageReal = (searchPath: string, name: string, version: string): string => {
    const real = fakeInterpreter(folder(), name, []);
    fakeInterpreter(searchPath, name, [version, real, '/late', '/late']);
    return real;
  };

  test('it is found once it is there, and then not looked for again', async () => {
    const searchPath = stage();
    const finder = catalog({ searchPath, strict: true });
    await expect(finder.resolve(id)).rejects.toThrow('which this machine does not have');
    const real = stageReal(searchPath, id, `3.${minor}.1`);
    const found = await finder.resolve(id);
    expect(found.argv(inside, 128)[0]).toBe(real);
    rmSync(join(searchPath, id));
    expect(await finder.resolve(id)).toBe(found);
  });

  test('it is looked for again when it has gone, as upgrades have it', async () => {
    const searchPath = stage();
    const finder = catalog({ searchPath, strict: true });
    const before = stageReal(searchPath, id, `3.${minor}.1`);
    expect((await finder.resolve(id)).argv(inside, 128)[0]).toBe(before);
    const after = stageReal(searchPath, id, `3.${minor}.2`);
    rmSync(before);
    expect((await finder.resolve(id)).argv(inside, 128)[0]).toBe(after);
  });

  test('a warning holds until the version itself has come', async () => {
    const searchPath = stage();
    const finder = catalog({ searchPath });
    stageReal(searchPath, `python3.${minor + 1}`, `3.${minor + 1}.0`);
    const { warning, remedy } = await finder.describe(id);
    expect(remedy).toContain(`pyenv install 3.${minor}`);
    expect(await finder.lookAgain()).toEqual([]);
    stageReal(searchPath, id, `3.${minor}.0`);
    expect(await finder.lookAgain()).toEqual([warning]);
    expect(await finder.describe(id)).toMatchObject({ warning: null, remedy: null });
  });
});

test('ruby: the environment has what Lambda sets', async () => {
  const directory = folder();
  const program = fakeInterpreter(directory, 'ruby3.4', [
    '3.4.1',
    '/far/away/bin/ruby',
    '/far/away',
    '/gems',
  ]);
  const runtime = await catalog({ searchPath: directory }).resolve('ruby3.4');
  expect(existsSync(program)).toBe(true);
  expect(runtime).toMatchObject({ protocol: 'frames', warning: undefined });
  expect(runtime.argv(inside, 128)).toEqual(['/far/away/bin/ruby', '/sandbox/var/runtime/bootstrap.rb']);
  expect(runtime.env(inside)).toEqual({
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_EXECUTION_ENV: 'AWS_Lambda_ruby3.4',
    LAMBDA_RUNTIME_DIR: '/sandbox/var/runtime',
    PATH: '/far/away/bin:/usr/local/bin:/usr/bin/:/bin:/sandbox/opt/bin',
    LD_LIBRARY_PATH:
      '/sandbox/var/runtime:/sandbox/var/runtime/lib:/sandbox/var/task:/sandbox/var/task/lib:/sandbox/opt/lib',
    GEM_HOME: '/sandbox/var/runtime',
    GEM_PATH:
      '/sandbox/var/task/vendor/bundle/ruby/3.4.0:/sandbox/opt/ruby/gems/3.4.0:/sandbox/var/runtime:/sandbox/var/runtime/ruby/3.4.0:/gems',
    RUBYLIB: '/sandbox/var/task:/sandbox/var/runtime/lib:/sandbox/opt/ruby/lib',
  });
});

// Compiles the Java bootstrap, where there is a compiler.
test('a list has every runtime, with what it runs on or why it does not', { timeout: 120_000 }, async () => {
  const listed = await catalog({ searchPath: '/nowhere' }).list();
  expect(listed.map(({ runtime }) => runtime)).toEqual(RUNTIME_IDS);
  const node = listed.find(({ runtime }) => runtime === 'nodejs24.x');
  expect(node).toMatchObject({ interpreter: { origin: 'bundled' }, warning: null, problem: null });
  for (const { interpreter, problem, runtime } of listed)
    expect(interpreter !== null || problem !== null || runtime.startsWith('provided')).toBe(true);
});

test('only Node.js is installed on demand', async () => {
  const machine = catalog();
  await expect(machine.install('python3.12')).rejects.toThrow('Lambent installs Node.js runtimes only');
  await expect(machine.install('nodejs18.x')).rejects.toThrow('There is no runtime nodejs18.x.');
});

test('what another process has installed is found', async () => {
  const installDirectory = folder();
  const machine = catalog({ installDirectory });
  expect((await machine.describe('nodejs24.x')).interpreter?.origin).toBe('bundled');
  const bin = join(installDirectory, 'node-24.99.0/bin');
  mkdirSync(bin, { recursive: true });
  fakeInterpreter(bin, 'node', []);
  expect((await machine.describe('nodejs24.x')).interpreter).toMatchObject({
    version: '24.99.0',
    origin: 'installed',
  });
});

test('custom runtimes bring their own bootstrap', async () => {
  const runtime = await catalog().resolve('provided.al2023');
  expect(runtime).toMatchObject({ protocol: 'runtime-api', directories: [], warning: undefined });
  expect(runtime.argv(inside, 128)).toEqual(['/sandbox/var/task/bootstrap']);
  expect(runtime.env(inside)).toEqual({
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_RUNTIME_DIR: '/sandbox/var/runtime',
    PATH: '/usr/local/bin:/usr/bin/:/bin:/sandbox/opt/bin',
    LD_LIBRARY_PATH:
      '/lib64:/usr/lib64:/sandbox/var/runtime:/sandbox/var/runtime/lib:/sandbox/var/task:/sandbox/var/task/lib:/sandbox/opt/lib',
  });
});

test.each([
  ['dotnet9', 'There is no runtime dotnet9.'],
  ['nodejs18.x', 'There is no runtime nodejs18.x.'],
  ['python3.8', 'There is no runtime python3.8.'],
  ['nodejs22', 'There is no runtime nodejs22 (nodejs22.x perhaps?).'],
  ['Ruby3.3', 'There is no runtime Ruby3.3 (ruby3.3 perhaps?).'],
  ['python3', 'There is no runtime python3.'],
  ['', 'There is no runtime .'],
])('%s is refused', async (id, message) => {
  const refusal = await catalog()
    .resolve(id)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RuntimeUnavailable);
  expect(String(refusal)).toContain(message);
});
