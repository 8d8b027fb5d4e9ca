import { homedir } from 'node:os';
import { join } from 'node:path';
import { findPrograms, type Interpreter, runProbe } from './interpreter.ts';
import { rubySpelling } from './runtime-ids.ts';
import { namesIn } from './what-is-there.ts';

export interface RubyInterpreter extends Interpreter {
  /** The directory that holds its library. */
  readonly prefix: string;
  /** Where the gems of this machine are. */
  readonly gemDirectories: readonly string[];
}

/** Older ones cannot run the bootstrap. */
const OLDEST_RELEASE = 300;
const PROBE = 'puts RUBY_VERSION, File.realpath(RbConfig.ruby), RbConfig::CONFIG["prefix"], Gem.default_path';

/** Every Ruby worth trying for a release, those of that release first. */
export async function findRuby(wanted: number, searchPath: string): Promise<RubyInterpreter[]> {
  const names = [`ruby${rubySpelling(wanted)}`, 'ruby'];
  const programs = findPrograms(
    [searchPath, ...managedDirectories(), '/usr/local/bin', '/usr/bin'].join(':'),
    names,
  );
  const probed = await Promise.all(programs.map(probe));
  return probed.filter((found) => found !== undefined);
}

/** What version managers keep, one directory for each version. */
function managedDirectories(): string[] {
  const home = homedir();
  const folders = [
    join(process.env['RBENV_ROOT'] ?? join(home, '.rbenv'), 'versions'),
    join(home, '.rubies'),
    '/opt/rubies',
  ];
  return folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name, 'bin')));
}

async function probe(path: string): Promise<RubyInterpreter | undefined> {
  const output = await runProbe(path, ['-e', PROBE]);
  const [version, executable, prefix, ...gemDirectories] = output?.trim().split('\n') ?? [];
  if (version === undefined || executable === undefined || prefix === undefined) return undefined;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const release = major * 100 + minor;
  if (release < OLDEST_RELEASE) return undefined;
  return { path: executable, version, release, origin: 'machine', prefix, gemDirectories };
}
