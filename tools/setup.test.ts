import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// Set-up in a small checkout, with an npm and a compiler that leave a trace instead of taking a minute.
const npm = `
  const { appendFileSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
  appendFileSync('trace', 'npm ' + process.argv[2] + '\\n');
  if (process.env.NPM_SAYS) { console.error(process.env.NPM_SAYS); process.exit(1); }
  mkdirSync('node_modules/node/bin', { recursive: true });
  mkdirSync('node_modules/typescript/bin', { recursive: true });
  try { symlinkSync(process.execPath, 'node_modules/node/bin/node'); } catch {}
  mkdirSync('node_modules/esbuild', { recursive: true });
  writeFileSync('node_modules/typescript/bin/tsc', process.env.TSC);
  writeFileSync('node_modules/esbuild/index.js', process.env.ESBUILD);`;
const tsc = `
  const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
  appendFileSync('trace', 'tsc\\n');
  if (readFileSync('src/main.ts', 'utf8') === 'wrong') { console.log('src/main.ts(1,1): error'); process.exit(2); }
  for (const name of ['src', 'cli']) {
    mkdirSync('dist/' + name, { recursive: true });
    writeFileSync('dist/' + name + '/main.js', '');
  }
  mkdirSync('dist/src/store', { recursive: true });
  writeFileSync('dist/src/store/open-store.js', process.env.STORE);`;

const esbuild = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const { dirname } = require('node:path');
  exports.build = async ({ outfile }) => {
    mkdirSync(dirname(outfile), { recursive: true });
    writeFileSync(outfile, '');
  };`;
const store = `
  const { writeFileSync } = require('node:fs');
  exports.openStore = async ({ dataDir }) => {
    writeFileSync(dataDir + '/lambent.db', 'empty');
    return { close: async () => {} };
  };`;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lambent-setup-'));
  cpSync(join(import.meta.dirname, 'setup.mjs'), join(root, 'tools/setup.mjs'));
  cpSync(join(import.meta.dirname, 'setup'), join(root, 'tools/setup'), { recursive: true });
  write('package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  write('tsconfig.base.json', '{}');
  write('src/main.ts', 'right');
  write('src/aws/models/s3.json', '{}');
  write('cli/main.ts', '');
  write('fake/npm-cli.js', npm);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function setUp(env: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; says: string }> {
  const npmEnv = {
    npm_execpath: join(root, 'fake/npm-cli.js'),
    npm_node_execpath: process.execPath,
    TSC: tsc,
    ESBUILD: esbuild,
    STORE: store,
  };
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...npmEnv, ...env } };
    execFile(process.execPath, [join(root, 'tools/setup.mjs')], options, (error, _, stderr) => {
      resolve({ code: error?.code ?? 0, says: stderr });
    });
  });
}

const trace = () => readFileSync(join(root, 'trace'), 'utf8');
const installedAndBuilt = 'npm install\ntsc\n';

describe('set-up', () => {
  test('installs, builds, and puts data files beside the code', async () => {
    const { code, says } = await setUp();
    expect({ code, trace: trace() }).toEqual({ code: 0, trace: installedAndBuilt });
    expect(says).toMatch(
      /^lambent: installing packages .* done in .* s\nlambent: building \.\.\. done in .* s\n$/,
    );
    expect(existsSync(join(root, 'dist/src/aws/models/s3.json'))).toBe(true);
    expect(readFileSync(join(root, 'dist/src/store/empty.db'), 'utf8')).toBe('empty');
  });

  test('does nothing, silently, when nothing is to do', async () => {
    await setUp();
    expect(await setUp()).toEqual({ code: 0, says: '' });
    expect(trace()).toBe(installedAndBuilt);
  });

  test('accepts what somebody installed by hand, if it is what the lock file says', async () => {
    await setUp();
    rmSync(join(root, 'node_modules/.lambent-setup'));
    write('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
    await setUp();
    expect(trace()).toBe(installedAndBuilt);
    write('package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.1"}}}');
    await setUp();
    expect(trace()).toBe(`${installedAndBuilt}${installedAndBuilt}`);
  });

  test.each([
    ['changed', () => write('src/main.ts', 'right!')],
    ['added', () => write('cli/more.ts', '')],
    ['deleted', () => rmSync(join(root, 'src/aws/models/s3.json'))],
  ])('builds again when a source was %s', async (_, change) => {
    await setUp();
    change();
    await setUp();
    expect(trace()).toBe(`${installedAndBuilt}tsc\n`);
  });

  test('does not build for a changed test', async () => {
    await setUp();
    write('src/main.test.ts', '');
    await setUp();
    expect(trace()).toBe(installedAndBuilt);
  });
});

describe('when something is wrong', () => {
  test('offline', async () => {
    const { code, says } = await setUp({ NPM_SAYS: 'npm error code ENOTFOUND' });
    expect(code).toBe(1);
    expect(says).toMatch(
      /The npm registry could not be reached\. .* npm says:\nnpm error code ENOTFOUND\n$/s,
    );
  });

  test('sources that do not compile are shown, and compiled again next time', async () => {
    write('src/main.ts', 'wrong');
    const { code, says } = await setUp();
    expect({ code, says }).toEqual({ code: 1, says: expect.stringContaining('src/main.ts(1,1): error') });
    await setUp();
    expect(trace()).toBe(`${installedAndBuilt}tsc\n`);
  });
});

describe('several at once', () => {
  test('take turns, and the work is done once', async () => {
    const outcomes = await Promise.all([setUp(), setUp(), setUp()]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(trace()).toBe(installedAndBuilt);
    expect(existsSync(join(root, 'dist/.setup-lock'))).toBe(false);
  });

  test('a lock whose process is gone holds nobody up', async () => {
    // Process ids end far below this number.
    write('dist/.setup-lock/owner', `${hostname()} 99999999`);
    expect((await setUp()).code).toBe(0);
    expect(trace()).toBe(installedAndBuilt);
  });
});
