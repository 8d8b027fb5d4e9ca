import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findProgram, PROGRAM_DIRECTORIES } from '../find-program.ts';
import { canBeSaid, isKnownShell, startScript } from './start-script.ts';

const NODE = process.execPath;
const SHOW = 'process.stdout.write(JSON.stringify([process.env, process.cwd(), process.argv.slice(1)]))';

/** What a program sees that a shell without variables becomes. */
function started(shell: string, env: Record<string, string>, words: readonly string[]): unknown {
  const argv = [NODE, '-e', SHOW, '--', ...words] as const;
  const input = startScript({ argv, env, cwd: '/usr', channel: true });
  const { stdout, stderr } = spawnSync(shell, { input, env: {}, cwd: '/', encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const shells = ['dash', 'bash'].map((name) => ({ name, shell: findProgram(name, PROGRAM_DIRECTORIES) }));

describe.each(shells)('$name, told to become a program', ({ name, shell = name }) => {
  const own = { PWD: '/usr', ...(name === 'bash' && { SHLVL: '0' }) };

  test.skipIf(shell === name)('hands on its words, directory and variables, and no others', () => {
    const lines = {
      A: "it's\n'$HOME' `id` \\",
      B: '',
      _HANDLER: 'index.handler',
      SHLVL: '0',
      LC_CTYPE: 'C.UTF-8',
    };
    const special = {
      PATH: '/nowhere',
      OLDPWD: '/old',
      HOME: '',
      CDPATH: '/',
      ENV: '/x',
      PS4: '$(id)',
      TERM: 'x',
    };
    const env = { ...lines, ...special };
    expect(started(shell, env, ["a'b", '', '*', '$1'])).toEqual([
      { ...env, ...own },
      '/usr',
      ["a'b", '', '*', '$1'],
    ]);
    expect(started(shell, {}, [])).toEqual([own, '/usr', []]);
  });

  test.skipIf(shell === name)('hands on every text', () => {
    const text = fc.string({ unit: 'binary-ascii' }).map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(text, text, (value, word) => {
        const [env, , words] = started(shell, { VALUE: value }, [word]) as [unknown, string, string[]];
        expect([env, words]).toEqual([{ VALUE: value, ...own }, [word]]);
      }),
      { numRuns: 20 },
    );
  });
});

test('names that a shell does not take, or takes for its own, cannot be said to it', () => {
  for (const name of ['a.b', '1', 'OPTIND', 'UID', 'PPID', '_', 'BASHOPTS', 'RANDOM'])
    expect(canBeSaid({ env: { [name]: '1' } })).toBe(false);
  expect(canBeSaid({ env: { LC_ALL: 'nowhere' } })).toBe(false);
  expect(canBeSaid({ env: { LC_ALL: 'C.UTF-8', OPTION_A: '1', UID_MAP: '2' } })).toBe(false);
  expect(canBeSaid({ env: { LC_ALL: 'C.UTF-8', UID_MAP: '2', LANG: 'en_US.UTF-8' } })).toBe(true);
});

test('shells are known by their programs', () => {
  expect(isKnownShell(realpathSync(process.execPath))).toBe(false);
  expect(isKnownShell('/usr/bin/dash')).toBe(true);
});
