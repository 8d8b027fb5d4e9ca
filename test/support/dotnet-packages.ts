import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { available, run } from './commands.ts';

const SOURCES = join(import.meta.dirname, 'dotnet');
const REFERENCES = /^(?:System(?!\.Runtime\.WindowsRuntime)|netstandard|mscorlib).*\.dll$/;
const COMPILER_LIMIT_MS = 120_000;

/** A folder with the tests' functions, compiled; undefined, after printing why, where there is no .NET or no compiler. */
export async function dotnetPackage(): Promise<string | undefined> {
  if (!available('dotnet', '--list-runtimes') || !available('mcs', '--version')) return undefined;
  const { stdout } = await run('dotnet', ['--list-runtimes'], { env: { PATH: process.env['PATH'] ?? '' } });
  const [, version = '', shared = ''] = /^Microsoft\.NETCore\.App (\S+) \[(.+)\]$/m.exec(stdout) ?? [];
  const framework = join(shared, version);
  const folder = await mkdtemp(join(tmpdir(), 'lambent-dotnet-'));
  const references = readdirSync(framework)
    .filter((name) => REFERENCES.test(name))
    .map((name) => `-r:${join(framework, name)}`);
  const compile = async (name: string, source: string, options: readonly string[]) => {
    const out = `-out:${join(folder, name)}`;
    const parameters = ['-noconfig', '-nostdlib', ...references, ...options, out, join(SOURCES, source)];
    const { code, stderr } = await run('mcs', parameters, { timeoutMs: COMPILER_LIMIT_MS });
    if (code !== 0) throw new Error(`${source} does not compile: ${stderr}`);
  };
  await compile('Amazon.Lambda.Core.dll', 'Core.cs', ['-target:library']);
  await compile('Functions.dll', 'Functions.cs', [
    '-target:library',
    `-r:${join(folder, 'Amazon.Lambda.Core.dll')}`,
  ]);
  await compile('Plain.dll', 'Plain.cs', ['-target:exe']);
  return folder;
}
