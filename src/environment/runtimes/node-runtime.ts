import { basename, dirname, join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { findAbove, requireAbove } from './installation.ts';
import type { Interpreter } from './interpreter.ts';
import { chooseInterpreter } from './interpreter-choice.ts';
import { findNode } from './node-interpreters.ts';
import { withModules } from './joined-modules.ts';
import { prepareNode } from './node-preparation.ts';
import { buildRuntimeDirectory } from './runtime-directory.ts';
import { findSdkPackages } from './sdk-packages.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** Lambda switches these off. As a default of NODE_OPTIONS, so that a function can still switch them on. */
const SWITCHED_OFF = '--no-experimental-require-module --no-experimental-detect-module --v8-pool-size=1';
/** One thread less to freeze and to thaw: the one that waits for a signal to open a debugger. */
const NO_DEBUGGER = '--disable-sigusr1';

const BOOTSTRAP = 'bootstrap.cjs';
/** Of the bootstrap's modules those that every function needs, each behind those it needs itself. */
const ALWAYS_LOADED: readonly string[] = [
  'encoding.cjs',
  'ahead.cjs',
  'channel.cjs',
  'context.cjs',
  'handler.cjs',
  'log.cjs',
  'result-size.cjs',
  'result.cjs',
  'loop.cjs',
  'streaming.cjs',
  'function.cjs',
];

interface NodeDirectories {
  /** With the bootstrap and the AWS SDK. */
  readonly runtime: string;
  /** Where its links lead to, outside and inside. */
  readonly nodeModules: SharedDirectory | undefined;
  /** Names of those packages. */
  readonly packages: ReadonlySet<string>;
}

/** @param major of Node.js that the runtime is for */
export async function findNodeRuntime(
  id: string,
  major: number,
  { searchPath, installDirectory, cacheDirectory, packagesInside, strict }: RuntimeSearch,
): Promise<FoundRuntime> {
  const [found, directories] = await Promise.all([
    findNode(major, searchPath, installDirectory),
    buildNodeDirectory(cacheDirectory, packagesInside),
  ]);
  const advice = `Install it with \`lambent runtimes install ${id}\`, or put a \`node${major}\` on the PATH.`;
  const wanted = { id, release: major, language: 'Node.js', spelling: String(major), advice };
  const { interpreter, warning, remedy } = chooseInterpreter(found, wanted, strict);
  const runtime = describeNodeRuntime(id, major, interpreter, directories, warning);
  return { runtime, interpreter, remedy };
}

/**
 * Builds the directory with the bootstrap and the AWS SDK.
 * @param inside where the packages are seen; undefined: where they are
 */
async function buildNodeDirectory(cache: string, inside: string | undefined): Promise<NodeDirectories> {
  const hostPath = findAbove('node_modules/@smithy') && dirname(requireAbove('node_modules/@smithy'));
  const sandboxPath = inside ?? hostPath ?? '';
  const nodeModules = hostPath === undefined ? undefined : { hostPath, sandboxPath };
  const names = hostPath === undefined ? [] : await findSdkPackages(hostPath);
  const packages = new Map(names.map((name) => [name, join(sandboxPath, name)]));
  const source = requireAbove('runtimes/nodejs');
  const extensions = ['.cjs', '.mjs'];
  const content = { name: 'nodejs', source, extensions, packages, arrange: joinBootstrap };
  const runtime = await buildRuntimeDirectory(cache, content);
  return { runtime, nodeModules, packages: new Set(packages.keys()) };
}

/** Not for runtimes that are started ahead of need: those compile what they load as files, all of it. */
function joinBootstrap(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const joined = new Map(ALWAYS_LOADED.map((name) => [name, files.get(name) ?? '']));
  const program = withModules(files.get(BOOTSTRAP) ?? '', joined, "process.env['_HANDLER'] !== undefined");
  return new Map([...files, [BOOTSTRAP, program]]);
}

/** @param major of the runtime that was asked for, which the interpreter need not have */
function describeNodeRuntime(
  id: string,
  major: number,
  interpreter: Interpreter,
  directories: NodeDirectories,
  warning: string | undefined,
): ResolvedRuntime {
  const { runtime, nodeModules } = directories;
  return {
    id,
    protocol: 'frames',
    argv: (inside) => [
      inside(`/var/lang/bin/${basename(interpreter.path)}`),
      inside(`/var/runtime/${BOOTSTRAP}`),
    ],
    env: (inside) => ({
      ...localeVariables,
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside, inside('/var/lang/bin')),
      LD_LIBRARY_PATH: libraryPath(inside),
      NODE_PATH: nodePath(inside, major),
      ...nodeOptions(interpreter),
    }),
    directories: [
      { hostPath: dirname(interpreter.path), sandboxPath: '/var/lang/bin' },
      { hostPath: runtime, sandboxPath: '/var/runtime' },
      ...(nodeModules === undefined ? [] : [nodeModules]),
    ],
    preparation: prepareNode(directories.packages),
    warning,
  };
}

function nodePath(inside: (path: string) => string, major: number): string {
  const layers = [`/opt/nodejs/node${major}/node_modules`, '/opt/nodejs/node_modules'];
  return [...layers, '/var/runtime/node_modules', '/var/runtime', '/var/task'].map(inside).join(':');
}

/** An unknown switch would keep Node.js from starting: these exist from 20.19, 22.12 and 22.14 on. */
function nodeOptions({ version }: Interpreter): Record<string, string> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isRecent = major >= 24 && major <= 26;
  if (isRecent || (major === 22 && minor >= 14)) return { NODE_OPTIONS: `${SWITCHED_OFF} ${NO_DEBUGGER}` };
  const hasMost = (major === 20 && minor >= 19) || (major === 22 && minor >= 12);
  return hasMost ? { NODE_OPTIONS: SWITCHED_OFF } : {};
}
