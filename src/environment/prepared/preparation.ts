import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { PreparedKindFacts } from './prepared-kind.ts';

/** The /tmp that prepared sandboxes have. */
export const PREPARED_SCRATCH_MB = 512;

/** Every deployment brings another code: all is looked at again at times. */
const MOST_KNOWN = 1000;

/** The loader of libraries, the locale and the allocator look at their variables once, for any runtime. */
const START_VARIABLES = /^(?:LD_|LC_|LANG$|LANGUAGE$|TZ$|GLIBC_|MALLOC_|OPENSSL_|AWS_LAMBDA_EXEC_WRAPPER$)/;

/** Says of functions whether a prepared runtime can be theirs, and of which kind. Remembers it per deployed code. */
export class Preparation {
  readonly #known = new Map<string, Promise<readonly string[] | undefined>>();

  /**
   * @param code what the function sees as /var/task and /opt
   * @returns undefined: it has to be started the ordinary way
   */
  async kindOf(
    version: Pick<FunctionVersion, 'architecture' | 'environment' | 'ephemeralStorageMb'>,
    runtime: ResolvedRuntime,
    code: readonly SharedDirectory[],
  ): Promise<PreparedKindFacts | undefined> {
    const { preparation } = runtime;
    if (preparation === undefined || version.ephemeralStorageMb !== PREPARED_SCRATCH_MB) return undefined;
    for (const name of Object.keys(version.environment)) {
      if (START_VARIABLES.test(name) || preparation.startVariables.test(name)) return undefined;
    }
    const key = [runtime.id, ...code.map(({ hostPath }) => hostPath)].join('\n');
    let packages = this.#known.get(key);
    if (packages === undefined) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      // What cannot be looked at starts the ordinary way, and shows there what is wrong.
      packages = look(code, preparation.predict).catch(() => undefined);
      this.#known.set(key, packages);
    }
    const found = await packages;
    return found && { runtime, architecture: version.architecture, packages: found };
  }
}

async function look(
  code: readonly SharedDirectory[],
  predict: (code: readonly SharedDirectory[]) => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  return (await bringsLibraries(code)) ? undefined : await predict(code);
}

/** The loader remembers, from its first search on, in which directories of LD_LIBRARY_PATH there is nothing to find. */
async function bringsLibraries(code: readonly SharedDirectory[]): Promise<boolean> {
  const directories = code.flatMap(({ hostPath }) => [hostPath, join(hostPath, 'lib')]);
  const names = await Promise.all(directories.map(async (path) => await readdir(path).catch(() => [])));
  return names.flat().some((name) => /\.so(?:\.|$)/.test(name));
}
