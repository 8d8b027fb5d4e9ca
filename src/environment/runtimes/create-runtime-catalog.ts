import type { ResolvedRuntime, RuntimeCatalog } from '../runtime-catalog.ts';
import type { Interpreter } from './interpreter.ts';
import { chooseNearest } from './interpreter.ts';
import { findNode } from './node-interpreters.ts';
import { buildNodeDirectory, describeNodeRuntime } from './node-runtime.ts';
import { describeProvidedRuntime } from './provided-runtime.ts';
import { findPython } from './python-interpreters.ts';
import { buildPythonDirectory, describePythonRuntime } from './python-runtime.ts';
import { parseRuntimeId } from './runtime-ids.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';

export interface RuntimeCatalogOptions {
  /** Refuse an interpreter of another version than the runtime's instead of warning. */
  readonly strict: boolean;
  /** A directory for what is built from this installation; may be removed at any time the platform is down. */
  readonly cacheDirectory: string;
  /** Directories to look for interpreters in, as PATH has them. */
  readonly searchPath: string;
}

/** The runtimes of this machine. Looks for an interpreter when the first function asks for it. */
export function createRuntimeCatalog(options: RuntimeCatalogOptions): RuntimeCatalog {
  const resolved = new Map<string, Promise<ResolvedRuntime>>();
  return {
    async resolve(id) {
      const known = resolved.get(id);
      if (known !== undefined) return await known;
      const found = find(id, options);
      resolved.set(id, found);
      // What is missing today may be installed tomorrow, without a restart.
      found.catch(() => resolved.delete(id));
      return await found;
    },
  };
}

async function find(id: string, options: RuntimeCatalogOptions): Promise<ResolvedRuntime> {
  const request = parseRuntimeId(id);
  if (request.family === 'provided') return describeProvidedRuntime(id);
  return request.family === 'nodejs'
    ? await resolveNode(id, request.wanted, options)
    : await resolvePython(id, request.wanted, options);
}

async function resolveNode(
  id: string,
  wanted: number,
  options: RuntimeCatalogOptions,
): Promise<ResolvedRuntime> {
  const [found, directories] = await Promise.all([
    findNode(wanted, options.searchPath),
    buildNodeDirectory(options.cacheDirectory),
  ]);
  const interpreter = choose(found, id, wanted, options, nodeWording(wanted));
  return describeNodeRuntime(id, wanted, interpreter, directories, warn(id, wanted, interpreter, 'Node.js'));
}

async function resolvePython(
  id: string,
  wanted: number,
  options: RuntimeCatalogOptions,
): Promise<ResolvedRuntime> {
  const modules = await buildPythonDirectory(options.cacheDirectory);
  const found = await findPython(wanted, options.searchPath, modules);
  const interpreter = choose(found, id, wanted, options, pythonWording(wanted));
  return describePythonRuntime(
    id,
    wanted,
    interpreter,
    modules.directory,
    warn(id, wanted, interpreter, 'Python'),
  );
}

interface Wording {
  /** e.g. `Node.js 22` */
  readonly program: string;
  /** What to do when it is missing. */
  readonly advice: string;
}

function nodeWording(major: number): Wording {
  const advice = `Install it with \`npm install --no-save nodejs${major}-${process.platform}-${process.arch}@npm:node-${process.platform}-${process.arch}@${major}\`, or put a \`node${major}\` on the PATH.`;
  return { program: `Node.js ${major}`, advice };
}

function pythonWording(minor: number): Wording {
  const program = `Python 3.${minor}`;
  return {
    program,
    advice: `Install it (for example \`pyenv install 3.${minor}\`) and put \`python3.${minor}\` on the PATH.`,
  };
}

function choose<T extends Interpreter>(
  found: readonly T[],
  id: string,
  wanted: number,
  { strict }: RuntimeCatalogOptions,
  { program, advice }: Wording,
): T {
  const nearest = chooseNearest(found, wanted);
  if (nearest === undefined || (strict && nearest.release !== wanted)) {
    throw new RuntimeUnavailable(
      id,
      `The runtime ${id} needs ${program}, which this machine does not have. ${advice}`,
    );
  }
  return nearest;
}

/** One line for the log when the version differs. */
function warn(
  id: string,
  wanted: number,
  { release, version }: Interpreter,
  language: string,
): string | undefined {
  if (release === wanted) return undefined;
  const missing = language === 'Python' ? `3.${wanted}` : String(wanted);
  return `${id} runs on ${language} ${version}: the machine has no ${missing}`;
}
