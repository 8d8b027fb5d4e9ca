import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPrograms, type Interpreter, isProgram } from './interpreter.ts';
import { namesIn, realPath } from './what-is-there.ts';

export interface JavaInterpreter extends Interpreter {
  /** The JDK or JRE it belongs to. */
  readonly home: string;
  /** Its compiler; a JRE has none. */
  readonly compiler: string | undefined;
}

/** Older ones cannot run the bootstrap. */
const OLDEST_RELEASE = 8;

/** Where systems and version managers put Java, one directory for each. */
const HOME_FOLDERS = [
  '/usr/lib/jvm',
  '/usr/local/lib/jvm',
  '/opt/java',
  '/Library/Java/JavaVirtualMachines',
  join(homedir(), '.sdkman/candidates/java'),
  join(homedir(), '.jdks'),
];

/** Every Java of this machine: what the search path names first, then JAVA_HOME, then the usual places. Starts no program. */
export function findJava(searchPath: string): JavaInterpreter[] {
  const onPath = findPrograms(searchPath, ['java']).map((path) => dirname(dirname(realPath(path))));
  const installed = HOME_FOLDERS.flatMap((folder) =>
    namesIn(folder).flatMap((name) => [join(folder, name), join(folder, name, 'Contents/Home')]),
  );
  const homes = [...onPath, process.env['JAVA_HOME'] ?? '', ...installed].filter((home) => home !== '');
  return [...new Set(homes.map(realPath))].map(describe).filter((found) => found !== undefined);
}

function describe(home: string): JavaInterpreter | undefined {
  const path = join(home, 'bin/java');
  const version = versionOf(home) ?? versionOf(dirname(home));
  if (version === undefined || !isProgram(path)) return undefined;
  const [first = 0, second = 0] = version.split(/[._]/).map(Number);
  const release = first === 1 ? second : first;
  if (release < OLDEST_RELEASE) return undefined;
  // A JRE may lie inside its JDK.
  const compiler = [home, dirname(home)].map((each) => join(each, 'bin/javac')).find(isProgram);
  return { path, version, release, origin: 'machine', home, compiler };
}

/** From the `release` file that every JDK carries; Java 8 calls itself `1.8.0_412`. */
function versionOf(home: string): string | undefined {
  try {
    return /^JAVA_VERSION="([\d._]+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
