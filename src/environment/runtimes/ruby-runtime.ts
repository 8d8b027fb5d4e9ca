import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { requireAbove } from './installation.ts';
import { chooseInterpreter } from './interpreter-choice.ts';
import { findRuby, type RubyInterpreter } from './ruby-interpreters.ts';
import { buildRuntimeDirectory } from './runtime-directory.ts';
import { rubySpelling } from './runtime-ids.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** @param release of Ruby that the runtime is for, 304 for 3.4 */
export async function findRubyRuntime(
  id: string,
  release: number,
  { searchPath, cacheDirectory, strict }: RuntimeSearch,
): Promise<FoundRuntime> {
  const [found, directory] = await Promise.all([
    findRuby(release, searchPath),
    buildRuntimeDirectory(cacheDirectory, {
      name: 'ruby',
      source: requireAbove('runtimes/ruby'),
      extensions: ['.rb'],
      packages: new Map<string, string>(),
    }),
  ]);
  const spelling = rubySpelling(release);
  const advice = `Install it (for example \`rbenv install ${spelling}\`, or \`apt-get install ruby\`) and put its \`ruby\` on the PATH.`;
  const { interpreter, warning, remedy } = chooseInterpreter(
    found,
    { id, release, language: 'Ruby', spelling, advice },
    strict,
  );
  const runtime = describeRubyRuntime(id, release, interpreter, directory, warning);
  return { runtime, interpreter, remedy };
}

function describeRubyRuntime(
  id: string,
  release: number,
  ruby: RubyInterpreter,
  directory: string,
  warning: string | undefined,
): ResolvedRuntime {
  return {
    id,
    protocol: 'frames',
    argv: (inside) => [ruby.path, inside('/var/runtime/bootstrap.rb')],
    env: (inside) => ({
      ...localeVariables,
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside, dirname(ruby.path)),
      LD_LIBRARY_PATH: libraryPath(inside),
      GEM_HOME: inside('/var/runtime'),
      GEM_PATH: gemPath(inside, rubySpelling(release), ruby),
      RUBYLIB: ['/var/task', '/var/runtime/lib', '/opt/ruby/lib'].map(inside).join(':'),
    }),
    directories: [{ hostPath: directory, sandboxPath: '/var/runtime' }, ...own(ruby)],
    warning,
  };
}

/** Where gems are packaged for the runtime, which the interpreter need not be; then those this machine has. */
function gemPath(
  inside: (path: string) => string,
  spelling: string,
  { gemDirectories }: RubyInterpreter,
): string {
  const abi = `${spelling}.0`;
  const packaged = [
    `/var/task/vendor/bundle/ruby/${abi}`,
    `/opt/ruby/gems/${abi}`,
    '/var/runtime',
    `/var/runtime/ruby/${abi}`,
  ];
  return [...packaged.map(inside), ...gemDirectories].join(':');
}

/** Ruby finds its library from where it lies, so it keeps its paths. */
function own({ path, prefix, gemDirectories }: RubyInterpreter): SharedDirectory[] {
  const wanted = [prefix, ...gemDirectories, ...(path.startsWith(`${prefix}/`) ? [] : [dirname(path)])];
  const directories = wanted.filter(
    (directory) =>
      existsSync(directory) &&
      !wanted.some((other) => other !== directory && directory.startsWith(`${other}/`)),
  );
  return [...new Set(directories)].map((directory) => ({ hostPath: directory, sandboxPath: directory }));
}
