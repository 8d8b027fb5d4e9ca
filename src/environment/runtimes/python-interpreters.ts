import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Interpreter } from './interpreter.ts';
import { findPrograms, runProbe } from './interpreter.ts';
import { namesIn } from './what-is-there.ts';

export interface PythonInterpreter extends Interpreter {
  /** Directories that hold its standard library and its packages. */
  readonly prefixes: readonly string[];
}

const OLDEST_MINOR = 9;
const NEWEST_MINOR = 16;

/**
 * Also imports the bootstrap's modules, given their directory, so that they are compiled for this interpreter before
 * the first function needs them. A virtual environment is found through its own path, anything else by its real one.
 */
const PROBE = `
import os, sys
sys.dont_write_bytecode = False
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    __import__(name)
venv = sys.prefix != sys.base_prefix
print("%d.%d.%d" % sys.version_info[:3], sys.executable if venv else os.path.realpath(sys.executable), sys.prefix, sys.base_prefix, sep="\\n")
`;

/** Where the bootstrap is, and which of its modules to compile. */
export interface PythonModules {
  readonly directory: string;
  readonly names: readonly string[];
}

/**
 * Every Python 3 worth trying for a minor version, best first. When none has the minor itself, everything this
 * machine has is looked at.
 */
export async function findPython(
  wanted: number,
  searchPath: string,
  modules: PythonModules,
): Promise<PythonInterpreter[]> {
  for (const path of candidates([wanted], searchPath)) {
    const found = await probe(path, modules);
    if (found?.release === wanted) return [found];
  }
  const minors = Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, index) => OLDEST_MINOR + index);
  const found = await Promise.all(
    candidates(minors, searchPath).map(async (path) => await probe(path, modules)),
  );
  return found.filter((interpreter) => interpreter !== undefined);
}

/** In the order of the search path, with what pyenv manages in the place of its shims: those only find it the slow way. */
function candidates(minors: readonly number[], searchPath: string): string[] {
  const managed = minors.flatMap((minor) => pyenvDirectories(minor));
  const directories = searchPath
    .split(':')
    .flatMap((path) => (path.endsWith('/shims') ? [...managed, path] : [path]));
  const everywhere = [...directories, ...managed, '/usr/local/bin', '/usr/bin'].join(':');
  return findPrograms(everywhere, [...minors.map((minor) => `python3.${minor}`), 'python3']);
}

/** Directories of a minor's installations under pyenv, the newest patch first. */
function pyenvDirectories(minor: number): string[] {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const prefix = `3.${minor}.`;
  const patch = (name: string): number => Number.parseInt(name.slice(prefix.length), 10);
  return namesIn(versions)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => patch(b) - patch(a))
    .map((name) => join(versions, name, 'bin'));
}

async function probe(path: string, modules: PythonModules): Promise<PythonInterpreter | undefined> {
  const output = await runProbe(path, ['-c', PROBE, modules.directory, ...modules.names]);
  const [version, executable, prefix, basePrefix] = output?.split('\n') ?? [];
  if (version === undefined || executable === undefined) return undefined;
  const [major, minor] = version.split('.').map(Number);
  if (major !== 3 || minor === undefined || minor < OLDEST_MINOR) return undefined;
  const prefixes = [prefix, basePrefix].filter((directory) => directory !== undefined);
  return { path: executable, version, release: minor, origin: 'machine', prefixes: [...new Set(prefixes)] };
}
