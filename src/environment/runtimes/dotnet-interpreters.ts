import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPrograms, type Interpreter, isProgram } from './interpreter.ts';
import { namesIn, realPath } from './what-is-there.ts';

type CommandLine = readonly [string, ...string[]];

/** One version of the framework; one `dotnet` may have several. */
export interface DotnetInterpreter extends Interpreter {
  /** The directory of `dotnet`, with everything it brings; a user's own may hold more. */
  readonly home: string;
  /** The framework's own assemblies. */
  readonly assemblies: string;
  /** What compiles C# here, the best first. */
  readonly compilers: readonly CommandLine[];
}

/** Older ones do not tell a bootstrap what a package depends on. */
const OLDEST_RELEASE = 3;

/** Where systems and the installation script put .NET. */
const HOMES = [
  '/usr/share/dotnet',
  '/usr/lib/dotnet',
  '/usr/lib64/dotnet',
  '/opt/dotnet',
  '/usr/local/share/dotnet',
];

/** Every .NET of this machine, the newest first: by DOTNET_ROOT, the search path and the usual places. Starts no program. */
export function findDotnet(searchPath: string): DotnetInterpreter[] {
  const onPath = findPrograms(searchPath, ['dotnet']).map((path) => dirname(realPath(path)));
  const homes = [process.env['DOTNET_ROOT'] ?? '', ...onPath, ...HOMES, join(homedir(), '.dotnet')];
  const mono = findPrograms(searchPath, ['mcs']).map((path): CommandLine => [path]);
  const found = [...new Set(homes.filter((home) => home !== '').map(realPath))].flatMap((home) =>
    versionsOf(home, mono),
  );
  return found.sort((one, other) => compare(other.version, one.version));
}

function versionsOf(home: string, mono: readonly CommandLine[]): DotnetInterpreter[] {
  const path = join(home, 'dotnet');
  if (!isProgram(path)) return [];
  const shared = join(home, 'shared/Microsoft.NETCore.App');
  const compilers = [...sdkCompilers(home), ...mono];
  return namesIn(shared)
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .map((version): DotnetInterpreter => {
      const release = Number.parseInt(version, 10);
      return {
        path,
        version,
        release,
        origin: 'machine',
        home,
        assemblies: join(shared, version),
        compilers,
      };
    })
    .filter(({ release }) => release >= OLDEST_RELEASE);
}

/** An SDK's compiler is a program for its own .NET. */
function sdkCompilers(home: string): CommandLine[] {
  const sdks = namesIn(join(home, 'sdk')).sort((one, other) => compare(other, one));
  return sdks
    .map((version) => join(home, 'sdk', version, 'Roslyn/bincore/csc.dll'))
    .filter((compiler) => namesIn(dirname(compiler)).includes('csc.dll'))
    .map((compiler): CommandLine => [join(home, 'dotnet'), compiler]);
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
