import { join } from 'node:path';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import { buildDotnetDirectory } from './dotnet-directory.ts';
import { type DotnetInterpreter, findDotnet } from './dotnet-interpreters.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { chooseRatherNewer, runProbe } from './interpreter.ts';
import { chooseInterpreter } from './interpreter-choice.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

const WITHOUT_CULTURES = { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' } as const;
/** Of its directory, which for a user's own .NET is where that user's certificates are too, keys and all. */
const PARTS = ['dotnet', 'host', 'shared'];
const ICU_ADVICE = 'Install the ICU library that belongs to it (for example `apt-get install libicu72`).';
/** @param release the major version of .NET that the runtime is for */
export async function findDotnetRuntime(
  id: string,
  release: number,
  { searchPath, cacheDirectory, strict }: RuntimeSearch,
): Promise<FoundRuntime> {
  const advice = `Install the .NET SDK ${release}, or its runtime and a compiler for C# (\`mcs\`, \`apt-get install mono-mcs\`), and put its \`dotnet\` on the PATH. Or publish the function as a native executable named bootstrap, for provided.al2023.`;
  const wanted = { id, release, language: '.NET', spelling: String(release), advice };
  const choice = chooseInterpreter(findDotnet(searchPath), wanted, strict, chooseRatherNewer);
  const { interpreter, warning, remedy } = choice;
  if (interpreter.compilers.length === 0)
    throw new RuntimeUnavailable(
      id,
      `The runtime ${id} needs a compiler for C#: ${interpreter.home} is without one.`,
      'Install the .NET SDK, or `mcs` (`apt-get install mono-mcs`).',
    );
  const directory = await buildDotnetDirectory(cacheDirectory, interpreter);
  const variables = await neededVariables(id, interpreter, directory);
  if (variables !== WITHOUT_CULTURES)
    return {
      runtime: describeDotnetRuntime(id, interpreter, directory, variables, warning),
      interpreter,
      remedy,
    };
  const both = withoutCultures(id, interpreter, warning);
  const runtime = describeDotnetRuntime(id, interpreter, directory, variables, both);
  return { runtime, interpreter, remedy: remedy ?? ICU_ADVICE };
}

function withoutCultures(id: string, { version }: DotnetInterpreter, warning: string | undefined): string {
  const begin =
    warning === undefined ? `${id} runs on .NET ${version}: the machine has no` : `${warning}, and no`;
  return `${begin} ICU for it, so functions know the invariant culture only`;
}

function describeDotnetRuntime(
  id: string,
  { path, version, home }: DotnetInterpreter,
  directory: string,
  variables: Readonly<Record<string, string>>,
  warning: string | undefined,
): ResolvedRuntime {
  return {
    id,
    protocol: 'runtime-api',
    writesRecords: true,
    argv: (inside, memoryMb) => [
      '/bin/sh',
      inside('/var/runtime/bootstrap.sh'),
      path,
      version,
      String(memoryMb),
    ],
    env: (inside) => ({
      ...localeVariables,
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      LAMBDA_RUNTIME_NAME: id,
      DOTNET_ROOT: home,
      DOTNET_SHARED_STORE: inside('/opt/dotnetcore/store/'),
      PATH: programPath(inside, home),
      LD_LIBRARY_PATH: libraryPath(inside),
      _LAMBDA_TELEMETRY_LOG_FD: '5',
      ...variables,
    }),
    directories: [
      { hostPath: directory, sandboxPath: '/var/runtime' },
      ...PARTS.map((name) => join(home, name)).map((part) => ({ hostPath: part, sandboxPath: part })),
    ],
    warning,
  };
}

/**
 * Variables without which .NET does not start here. It needs the cultures' data, by a version of ICU that it knows;
 * else it must be told to go without.
 * @throws RuntimeUnavailable when it does not start at all
 */
async function neededVariables(
  id: string,
  { path, version, home }: DotnetInterpreter,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  const settings = join(directory, 'bootstrap.runtimeconfig.json');
  const program = [join(directory, 'bootstrap.dll'), '--probe'];
  const parameters = ['exec', '--fx-version', version, '--runtimeconfig', settings, ...program];
  for (const variables of [{}, WITHOUT_CULTURES]) {
    const output = await runProbe(path, parameters, { PATH: process.env['PATH'] ?? '', ...variables });
    if (output !== undefined) return variables;
  }
  throw new RuntimeUnavailable(id, `The runtime ${id} needs .NET, and that of ${home} does not start.`);
}
