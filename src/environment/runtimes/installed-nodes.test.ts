import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { InstallFailed } from './install-failed.ts';
import { installNode } from './install-node.ts';
import { installedNodes, tidyInstalledNodes } from './installed-nodes.ts';
import { findNode } from './node-interpreters.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lambent-installed-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(scratch, 'runtimes-'));
  vi.unstubAllEnvs();
});

function program(path: string, script: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const node = (version: string): void => program(join(directory, `node-${version}`, 'bin/node'), 'exit 0');

describe('what is installed', () => {
  test('is found before anything else, the newest first', async () => {
    for (const version of ['24.9.0', '24.10.1', '22.1.0']) node(version);
    expect(installedNodes(directory).map(({ version }) => version)).toEqual(['24.10.1', '24.9.0', '22.1.0']);
    const [first] = await findNode(24, '', directory);
    expect(first).toEqual({
      path: join(directory, 'node-24.10.1/bin/node'),
      version: '24.10.1',
      release: 24,
      origin: 'installed',
    });
  });

  test('is tidied at the start: older patches and what was cut short go', () => {
    for (const version of ['24.9.0', '24.10.1', '22.1.0']) node(version);
    mkdirSync(join(directory, '.unpacking/half'), { recursive: true });
    mkdirSync(join(directory, 'something-else'));
    tidyInstalledNodes(directory);
    expect(readdirSync(directory).sort()).toEqual(['node-22.1.0', 'node-24.10.1', 'something-else']);
  });

  test('may be nothing at all', () => {
    expect(installedNodes(join(directory, 'nowhere'))).toEqual([]);
    expect(() => tidyInstalledNodes(join(directory, 'nowhere'))).not.toThrow();
  });
});

/** Stands where npm does. */
function npm(script: string): void {
  const bin = mkdtempSync(join(scratch, 'bin-'));
  program(join(bin, 'npm'), script);
  vi.stubEnv('npm_execpath', '');
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
}

const unpack = (answer: string): string =>
  `d=node_modules/node-${process.platform}-${process.arch}/bin; mkdir -p $d; printf '#!/bin/sh\\n${answer}\\n' > $d/node; chmod +x $d/node`;

describe('installing', () => {
  test('moves what npm unpacked into its place', async () => {
    npm(unpack('printf "26.1.0\\\\n/x"'));
    const installed = await installNode(26, directory);
    expect(installed).toMatchObject({ version: '26.1.0', path: join(directory, 'node-26.1.0/bin/node') });
    expect(installedNodes(directory)).toHaveLength(1);
    expect(readdirSync(join(directory, '.unpacking'))).toEqual([]);
  });

  test('twice is as good as once', async () => {
    npm(unpack('printf "26.1.0\\\\n/x"'));
    await installNode(26, directory);
    await installNode(26, directory);
    expect(installedNodes(directory)).toHaveLength(1);
  });

  test('over a damaged one replaces it', async () => {
    mkdirSync(join(directory, 'node-26.1.0/bin'), { recursive: true });
    writeFileSync(join(directory, 'node-26.1.0/bin/node'), '');
    npm(unpack('printf "26.1.0\\\\n/x"'));
    const { path } = await installNode(26, directory);
    expect(readFileSync(path, 'utf8')).toContain('printf');
    expect(installedNodes(directory)).toHaveLength(1);
  });

  test.each([
    [
      'the network is gone',
      'echo "npm error code ENOTFOUND" >&2; exit 1',
      'The npm registry could not be reached.',
    ],
    ['there is no such package', 'echo "npm error code E404" >&2; exit 1', 'does not have this Node.js'],
    [
      'the registry is signed by nobody known',
      'echo "npm error code SELF_SIGNED_CERT_IN_CHAIN" >&2; exit 1',
      'NODE_EXTRA_CA_CERTS=FILE',
    ],
    ['the registry wants a login', 'echo "npm error code E401" >&2; exit 1', 'npm login'],
    [
      'anything else',
      'echo "npm error odd" >&2; exit 1',
      'npm could not install it. npm says: npm error odd',
    ],
    ['it does not run', unpack('exit 1'), 'does not run on this machine'],
    ['it is another version', unpack('printf "25.1.0\\\\n/x"'), 'does not run on this machine'],
  ])('%s: says so, and leaves nothing behind', async (_, script, message) => {
    npm(script);
    const failure = await installNode(26, directory).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InstallFailed);
    expect(String(failure)).toContain(message);
    expect(readdirSync(directory)).toEqual(['.unpacking']);
    expect(readdirSync(join(directory, '.unpacking'))).toEqual([]);
  });

  test('without npm', async () => {
    vi.stubEnv('npm_execpath', '');
    vi.stubEnv('PATH', '/nowhere');
    await expect(installNode(26, directory)).rejects.toThrow('npm is not on the PATH');
  });
});
