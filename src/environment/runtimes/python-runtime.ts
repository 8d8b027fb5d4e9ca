import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { requireAbove } from './installation.ts';
import { chooseInterpreter } from './interpreter-choice.ts';
import { preparePython } from './python-preparation.ts';
import { findPython, type PythonInterpreter, type PythonModules } from './python-interpreters.ts';
import { buildRuntimeDirectory } from './runtime-directory.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** From this minor on Lambda sets LC_CTYPE too. */
const LC_CTYPE_SINCE = 12;

/** @param minor of Python 3 that the runtime is for */
export async function findPythonRuntime(
  id: string,
  minor: number,
  { searchPath, cacheDirectory, strict }: RuntimeSearch,
): Promise<FoundRuntime> {
  const modules = await buildPythonDirectory(cacheDirectory);
  const found = await findPython(minor, searchPath, modules);
  const spelling = `3.${minor}`;
  const advice = `Install it (for example \`pyenv install ${spelling}\`) and put \`python${spelling}\` on the PATH.`;
  const wanted = { id, release: minor, language: 'Python', spelling, advice };
  const { interpreter, warning, remedy } = chooseInterpreter(found, wanted, strict);
  const runtime = describePythonRuntime(id, minor, interpreter, modules.directory, warning);
  return { runtime, interpreter, remedy };
}

/** Builds the directory with the bootstrap, and says which of its modules are worth compiling ahead. */
async function buildPythonDirectory(cache: string): Promise<PythonModules> {
  const source = requireAbove('runtimes/python');
  const content = { name: 'python', source, extensions: ['.py'], packages: new Map<string, string>() };
  const directory = await buildRuntimeDirectory(cache, content);
  const files = (await readdir(directory)).filter((name) => /^lambent_\w+\.py$/.test(name));
  return { directory, names: files.map((name) => name.slice(0, -'.py'.length)) };
}

/** @param minor of the runtime that was asked for, which the interpreter need not have */
function describePythonRuntime(
  id: string,
  minor: number,
  interpreter: PythonInterpreter,
  runtimeDirectory: string,
  warning: string | undefined,
): ResolvedRuntime {
  return {
    id,
    protocol: 'frames',
    argv: (inside) => [
      interpreter.path,
      inside('/var/runtime/bootstrap.py'),
      // Where layers are made for the runtime, which the interpreter need not be.
      inside(`/opt/python/lib/python3.${minor}/site-packages`),
      inside('/opt/python'),
    ],
    env: (inside) => ({
      ...localeVariables,
      ...(minor >= LC_CTYPE_SINCE ? { LC_CTYPE: 'C.UTF-8' } : {}),
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside, dirname(interpreter.path)),
      LD_LIBRARY_PATH: libraryPath(inside),
      PYTHONPATH: inside('/var/runtime'),
    }),
    directories: [{ hostPath: runtimeDirectory, sandboxPath: '/var/runtime' }, ...own(interpreter)],
    preparation: preparePython(minor),
    warning,
  };
}

/** Python finds its library from where it lies, so it keeps its paths. */
function own({ path, prefixes }: PythonInterpreter): SharedDirectory[] {
  const covered = prefixes.some((prefix) => path.startsWith(`${prefix}/`));
  const directories = covered ? prefixes : [...prefixes, dirname(path)];
  return directories.map((directory) => ({ hostPath: directory, sandboxPath: directory }));
}
