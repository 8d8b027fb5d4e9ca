import type { ResolvedRuntime, RuntimeCatalog } from '../runtime-catalog.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { InstallFailed, installNode } from './install-node.ts';
import { tidyInstalledNodes } from './installed-nodes.ts';
import type { Interpreter } from './interpreter.ts';
import { findJavaRuntime } from './java-runtime.ts';
import { findNodeRuntime } from './node-runtime.ts';
import { describeProvidedRuntime } from './provided-runtime.ts';
import { findPythonRuntime } from './python-runtime.ts';
import { findRubyRuntime } from './ruby-runtime.ts';
import { parseRuntimeId, RUNTIME_IDS } from './runtime-ids.ts';

/** One runtime as people are told of it. */
export interface RuntimeFacts {
  readonly runtime: string;
  readonly interpreter: Pick<Interpreter, 'path' | 'version' | 'origin'> | null;
  readonly warning: string | null;
  /** Why it cannot run here, and what to do about it. */
  readonly problem: string | null;
}

/** The runtimes of this machine. Looks for an interpreter when the first function asks for it. */
export class MachineRuntimes implements RuntimeCatalog {
  readonly #search: RuntimeSearch;
  readonly #found = new Map<string, Promise<FoundRuntime>>();
  readonly #installing = new Map<number, Promise<Interpreter>>();

  constructor(search: RuntimeSearch) {
    this.#search = search;
    tidyInstalledNodes(search.installDirectory);
  }

  async resolve(id: string): Promise<ResolvedRuntime> {
    return (await this.#find(id)).runtime;
  }

  /** Every runtime there is, in the order of `RUNTIME_IDS`. Starts the interpreters nobody has asked for yet. */
  async list(): Promise<RuntimeFacts[]> {
    return await Promise.all(RUNTIME_IDS.map(async (id) => await this.describe(id)));
  }

  async describe(id: string): Promise<RuntimeFacts> {
    try {
      const { runtime, interpreter } = await this.#find(id);
      const shown = interpreter && {
        path: interpreter.path,
        version: interpreter.version,
        origin: interpreter.origin,
      };
      return { runtime: id, interpreter: shown ?? null, warning: runtime.warning ?? null, problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { runtime: id, interpreter: null, warning: null, problem };
    }
  }

  /**
   * Installs the newest interpreter of a runtime; environments from then on run on it.
   * @throws InstallFailed, and RuntimeUnavailable for what is no runtime
   */
  async install(id: string): Promise<RuntimeFacts> {
    const { family, release } = parseRuntimeId(id);
    if (family !== 'nodejs') {
      const { problem, warning } = await this.describe(id);
      const standing = problem ?? warning ?? 'It is there already.';
      throw new InstallFailed(`Lambent installs Node.js runtimes only; ${id} is up to you. ${standing}`);
    }
    const known = this.#installing.get(release);
    const installed = known ?? installNode(release, this.#search.installDirectory);
    this.#installing.set(release, installed);
    try {
      await installed;
    } finally {
      this.#installing.delete(release);
    }
    // Others may have taken it for the nearest one, too.
    this.#found.clear();
    return await this.describe(id);
  }

  async #find(id: string): Promise<FoundRuntime> {
    const known = this.#found.get(id);
    if (known !== undefined) return await known;
    const found = find(id, this.#search);
    this.#found.set(id, found);
    // What is missing today may be installed tomorrow, without a restart.
    found.catch(() => this.#found.delete(id));
    return await found;
  }
}

async function find(id: string, search: RuntimeSearch): Promise<FoundRuntime> {
  const { family, release } = parseRuntimeId(id);
  switch (family) {
    case 'nodejs':
      return await findNodeRuntime(id, release, search);
    case 'python':
      return await findPythonRuntime(id, release, search);
    case 'ruby':
      return await findRubyRuntime(id, release, search);
    case 'java':
      return await findJavaRuntime(id, release, search);
    case 'provided':
      return { runtime: describeProvidedRuntime(id), interpreter: undefined };
  }
}
