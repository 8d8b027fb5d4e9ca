import { statSync } from 'node:fs';
import type { ResolvedRuntime, RuntimeCatalog } from '../runtime-catalog.ts';
import { findDotnetRuntime } from './dotnet-runtime.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { InstallFailed } from './install-failed.ts';
import { installNode } from './install-node.ts';
import { type Interpreter, isProgram } from './interpreter.ts';
import { findJavaRuntime } from './java-runtime.ts';
import { findNodeRuntime } from './node-runtime.ts';
import { describeProvidedRuntime } from './provided-runtime.ts';
import { findPythonRuntime } from './python-runtime.ts';
import { findRubyRuntime } from './ruby-runtime.ts';
import { parseRuntimeId, RUNTIME_IDS } from './runtime-ids.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';

/** One runtime as people are told of it. */
export interface RuntimeFacts {
  readonly runtime: string;
  readonly interpreter: Pick<Interpreter, 'path' | 'version' | 'origin'> | null;
  readonly warning: string | null;
  /** Why it cannot run here. */
  readonly problem: string | null;
  /** What to do about the warning or the problem. */
  readonly remedy: string | null;
}

/** What was found for a runtime, and when something was last installed before. */
interface Remembered {
  readonly found: Promise<FoundRuntime>;
  readonly installedAtMs: number;
}

/** The runtimes of this machine. Looks for an interpreter when the first function asks for it. */
export class MachineRuntimes implements RuntimeCatalog {
  readonly #search: RuntimeSearch;
  readonly #found = new Map<string, Remembered>();
  /** By runtime, what was last said of it. */
  readonly #warnings = new Map<string, string>();
  readonly #installing = new Map<number, Promise<Interpreter>>();

  constructor(search: RuntimeSearch) {
    this.#search = search;
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
      const { runtime, interpreter, remedy } = await this.#find(id);
      const shown = interpreter && {
        path: interpreter.path,
        version: interpreter.version,
        origin: interpreter.origin,
      };
      return {
        runtime: id,
        interpreter: shown ?? null,
        warning: runtime.warning ?? null,
        problem: null,
        remedy: remedy ?? null,
      };
    } catch (error) {
      return { runtime: id, interpreter: null, warning: null, ...problemOf(error) };
    }
  }

  /**
   * Forgets interpreters of other versions than their runtimes': better ones may have come meanwhile.
   * @returns the warnings that no longer hold
   */
  async lookAgain(): Promise<string[]> {
    const settled = await Promise.all(
      [...this.#warnings].map(async ([id, warning]) => {
        this.#found.delete(id);
        if ((await this.describe(id)).warning === warning) return [];
        if (this.#warnings.get(id) === warning) this.#warnings.delete(id);
        return [warning];
      }),
    );
    return settled.flat();
  }

  /**
   * Installs the newest interpreter of a runtime; environments from then on run on it.
   * @throws InstallFailed, and RuntimeUnavailable for what is no runtime
   */
  async install(id: string): Promise<RuntimeFacts> {
    const { family, release } = parseRuntimeId(id);
    if (family !== 'nodejs') {
      throw new InstallFailed(
        `Lambent installs Node.js runtimes only; ${id} is up to you. ${standing(await this.describe(id))}`,
      );
    }
    const known = this.#installing.get(release);
    const installed = known ?? installNode(release, this.#search.installDirectory);
    this.#installing.set(release, installed);
    try {
      await installed;
    } finally {
      this.#installing.delete(release);
    }
    return await this.describe(id);
  }

  async #find(id: string): Promise<FoundRuntime> {
    const installedAtMs = changedAtMs(this.#search.installDirectory);
    const known = this.#found.get(id);
    // Another process may have installed it; and whoever upgrades a language may remove the version before.
    if (known?.installedAtMs === installedAtMs && isThere(await known.found)) return await known.found;
    const found = find(id, this.#search);
    this.#found.set(id, { found, installedAtMs });
    // What is missing today may be installed tomorrow, without a restart.
    found.catch(() => this.#found.delete(id));
    const { warning } = (await found).runtime;
    if (warning !== undefined) this.#warnings.set(id, warning);
    return await found;
  }
}

function changedAtMs(directory: string): number {
  return statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isThere({ interpreter }: FoundRuntime): boolean {
  return interpreter === undefined || isProgram(interpreter.path);
}

function problemOf(error: unknown): Pick<RuntimeFacts, 'problem' | 'remedy'> {
  if (error instanceof RuntimeUnavailable) return { problem: error.problem, remedy: error.remedy ?? null };
  return { problem: error instanceof Error ? error.message : String(error), remedy: null };
}

function standing({ problem, warning, remedy }: RuntimeFacts): string {
  const facts = [problem ?? (warning === null ? 'It is there already.' : `${warning}.`), remedy];
  return facts.filter((fact) => fact !== null).join(' ');
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
    case 'dotnet':
      return await findDotnetRuntime(id, release, search);
    case 'provided':
      return { runtime: describeProvidedRuntime(id), interpreter: undefined };
  }
}
