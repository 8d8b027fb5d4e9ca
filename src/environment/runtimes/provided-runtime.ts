import type { ResolvedRuntime } from '../runtime-catalog.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** A custom runtime: the package's own `bootstrap`, which speaks the Runtime API over HTTP. */
export function describeProvidedRuntime(id: string): ResolvedRuntime {
  return {
    id,
    protocol: 'runtime-api',
    argv: (inside) => [inside('/var/task/bootstrap')],
    env: (inside) => ({
      ...localeVariables,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside),
      LD_LIBRARY_PATH: `/lib64:/usr/lib64:${libraryPath(inside)}`,
    }),
    directories: [],
    warning: undefined,
  };
}
