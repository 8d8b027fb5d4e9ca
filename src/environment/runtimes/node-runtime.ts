import { basename, dirname } from 'node:path';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import { findAbove, requireAbove } from './installation.ts';
import type { Interpreter } from './interpreter.ts';
import { buildRuntimeDirectory } from './runtime-directory.ts';
import { findSdkPackages } from './sdk-packages.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** Lambda switches these off. As a default of NODE_OPTIONS, so that a function can still switch them on. */
const SWITCHED_OFF = '--no-experimental-require-module --no-experimental-detect-module';

/** The directory with the bootstrap and the AWS SDK, and the node_modules that its links lead to. */
export async function buildNodeDirectory(
  cache: string,
): Promise<{ runtime: string; nodeModules: string | undefined }> {
  const nodeModules = findAbove('node_modules/@smithy') && dirname(requireAbove('node_modules/@smithy'));
  const packages = nodeModules === undefined ? new Map<string, string>() : await findSdkPackages(nodeModules);
  const source = requireAbove('runtimes/nodejs');
  const extensions = ['.cjs', '.mjs'];
  const runtime = await buildRuntimeDirectory(cache, { name: 'nodejs', source, extensions, packages });
  return { runtime, nodeModules };
}

/** @param major of the runtime that was asked for, which the interpreter need not have */
export function describeNodeRuntime(
  id: string,
  major: number,
  interpreter: Interpreter,
  directories: { readonly runtime: string; readonly nodeModules: string | undefined },
  warning: string | undefined,
): ResolvedRuntime {
  const { runtime, nodeModules } = directories;
  return {
    id,
    protocol: 'frames',
    argv: (inside) => [
      inside(`/var/lang/bin/${basename(interpreter.path)}`),
      inside('/var/runtime/bootstrap.cjs'),
    ],
    env: (inside) => ({
      ...localeVariables,
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside, inside('/var/lang/bin')),
      LD_LIBRARY_PATH: libraryPath(inside),
      NODE_PATH: nodePath(inside, major),
      ...(canSwitchOff(interpreter) ? { NODE_OPTIONS: SWITCHED_OFF } : {}),
    }),
    directories: [
      { hostPath: dirname(interpreter.path), sandboxPath: '/var/lang/bin' },
      { hostPath: runtime, sandboxPath: '/var/runtime' },
      // The links of the runtime's node_modules lead here, so it keeps its path.
      ...(nodeModules === undefined ? [] : [{ hostPath: nodeModules, sandboxPath: nodeModules }]),
    ],
    warning,
  };
}

function nodePath(inside: (path: string) => string, major: number): string {
  const layers = [`/opt/nodejs/node${major}/node_modules`, '/opt/nodejs/node_modules'];
  return [...layers, '/var/runtime/node_modules', '/var/runtime', '/var/task'].map(inside).join(':');
}

/** The switches exist from 20.19 and 22.12 on; an unknown one would keep Node.js from starting. */
function canSwitchOff({ version }: Interpreter): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 24;
}
