import type { Config } from '../../config.ts';
import { MachineRuntimes, type RuntimeFacts } from '../../environment/runtimes/machine-runtimes.ts';
import { installDirectoryOf } from '../environments.ts';
import { type Finding, limited, missing, ok } from './finding.ts';

/** Every runtime, by the interpreter that would run it. */
export async function checkRuntimes(
  { dataDir, strictRuntimes }: Pick<Config, 'dataDir' | 'strictRuntimes'>,
  directory: string,
): Promise<Finding[]> {
  const runtimes = new MachineRuntimes({
    strict: strictRuntimes,
    cacheDirectory: directory,
    installDirectory: installDirectoryOf(dataDir),
    searchPath: process.env['PATH'] ?? '',
  });
  return (await runtimes.list()).map(findingOf);
}

function findingOf({ runtime, interpreter, warning, problem, remedy }: RuntimeFacts): Finding {
  if (problem !== null) return missing('runtimes', runtime, problem, remedy);
  const says =
    interpreter === null ? 'brings its own program' : `${interpreter.path} (${interpreter.version})`;
  if (warning !== null) return limited('runtimes', runtime, warning, remedy);
  return ok('runtimes', runtime, says);
}
