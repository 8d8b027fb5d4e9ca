import { execFile } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCompiledDirectory } from './compiled-directory.ts';
import type { DotnetInterpreter } from './dotnet-interpreters.ts';
import { requireAbove } from './installation.ts';

const COMPILER_LIMIT_MS = 120_000;
/** The framework's assemblies that the bootstrap may use. */
const REFERENCES = /^(?:System(?!\.Runtime\.WindowsRuntime)|Microsoft\.Win32|netstandard|mscorlib).*\.dll$/;
/** What stands beside the compiled bootstrap. */
const AS_THEY_ARE = ['bootstrap.sh', 'bootstrap.runtimeconfig.json'];

/**
 * Compiles the bootstrap into the directory a function sees as `/var/runtime`, once for each version of .NET: against the
 * framework itself, as reference assemblies come with SDKs only.
 * @throws Error with what the compiler says
 */
export async function buildDotnetDirectory(cache: string, dotnet: DotnetInterpreter): Promise<string> {
  const content = { name: 'dotnet', extension: '.cs', variant: dotnet.version };
  return await buildCompiledDirectory(cache, content, async (directory, files) => {
    for (const name of AS_THEY_ARE)
      await copyFile(requireAbove(`runtimes/dotnet/${name}`), join(directory, name));
    await compile(dotnet, dotnet.compilers, directory, files);
  });
}

async function compile(
  dotnet: DotnetInterpreter,
  [compiler, ...others]: DotnetInterpreter['compilers'],
  directory: string,
  files: readonly string[],
): Promise<void> {
  if (compiler === undefined) throw new Error('This machine has no C# compiler.');
  const [program, ...first] = compiler;
  const assemblies = (await readdir(dotnet.assemblies)).filter((name) => REFERENCES.test(name));
  const references = assemblies.map((name) => `-r:${join(dotnet.assemblies, name)}`);
  const output = `-out:${join(directory, 'bootstrap.dll')}`;
  const parameters = [...first, '-noconfig', '-nostdlib', '-target:exe', output, ...references, ...files];
  try {
    await promisify(execFile)(program, parameters, { timeout: COMPILER_LIMIT_MS });
  } catch (error) {
    // Another one may still know how.
    if (others.length > 0) return await compile(dotnet, others, directory, files);
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    const said = `${stdout}\n${stderr}`.trim() || String(error);
    throw new Error(`The .NET bootstrap does not compile with ${compiler.join(' ')}: ${said}`, {
      cause: error,
    });
  }
}
