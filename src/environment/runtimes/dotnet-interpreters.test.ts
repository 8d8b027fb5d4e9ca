import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { findDotnet } from './dotnet-interpreters.ts';
import { chooseRatherNewer } from './interpreter.ts';
import { MachineRuntimes } from './machine-runtimes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lambent-dotnet-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

let homes = 0;
function home(versions: readonly string[], sdks: readonly string[] = []): string {
  homes += 1;
  const path = join(scratch, `home-${homes}`);
  for (const version of versions)
    mkdirSync(join(path, 'shared/Microsoft.NETCore.App', version), { recursive: true });
  program(join(path, 'dotnet'), 'echo broken >&2; exit 1');
  for (const sdk of sdks) put(join(path, 'sdk', sdk, 'Roslyn/bincore/csc.dll'), '');
  return path;
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function program(path: string, script: string): void {
  put(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Those of the test's own directories: the machine may have others. */
const found = (searchPath: string) => findDotnet(searchPath).filter(({ home: at }) => at.startsWith(scratch));

test('every version of the framework counts, the newest first; previews and what is too old do not', () => {
  const path = home(['2.1.30', '8.0.9', '8.0.11', '10.0.0', '11.0.0-preview.1']);
  const bin = join(scratch, 'bin');
  mkdirSync(bin);
  symlinkSync(join(path, 'dotnet'), join(bin, 'dotnet'));
  expect(found(bin).map(({ version, release, home: at }) => [version, release, at])).toEqual([
    ['10.0.0', 10, path],
    ['8.0.11', 8, path],
    ['8.0.9', 8, path],
  ]);
  expect(chooseRatherNewer(found(bin), 8)?.version).toBe('8.0.11');
  expect(chooseRatherNewer(found(bin), 9)?.version).toBe('10.0.0');
});

test('an SDK compiles before Mono does, the newest first', () => {
  const path = home(['8.0.9'], ['8.0.100', '10.0.101']);
  const mono = join(scratch, 'mono');
  program(join(mono, 'mcs'), 'exit 0');
  vi.stubEnv('DOTNET_ROOT', path);
  expect(found(mono)[0]?.compilers).toEqual([
    [join(path, 'dotnet'), join(path, 'sdk/10.0.101/Roslyn/bincore/csc.dll')],
    [join(path, 'dotnet'), join(path, 'sdk/8.0.100/Roslyn/bincore/csc.dll')],
    [join(mono, 'mcs')],
  ]);
});

test.each([
  ['no compiler', ['99.0.0'], [], 'needs a compiler for C#'],
  ['a compiler that fails', ['99.0.0'], ['99.0.100'], 'The .NET bootstrap does not compile with'],
])('%s is the problem that is told', async (_, versions, sdks, problem) => {
  const path = home(versions, sdks);
  const machine = new MachineRuntimes({
    strict: false,
    cacheDirectory: join(scratch, 'cache'),
    installDirectory: '/nowhere',
    searchPath: path,
  });
  vi.stubEnv('DOTNET_ROOT', path);
  const facts = await machine.describe('dotnet10');
  expect(facts.interpreter).toBeNull();
  expect(facts.problem).toContain(problem);
});
