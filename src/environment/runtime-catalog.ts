import type { SharedDirectory } from '../sandbox/sandbox.ts';

/** How to start one of Lambda's runtimes on this machine. */
export interface ResolvedRuntime {
  /** The runtime identifier that was asked for, e.g. `nodejs22.x`. */
  readonly id: string;
  /** `frames`: our own bootstrap on descriptor 3. `runtime-api`: anything that speaks HTTP, e.g. a `bootstrap` in the package. */
  readonly protocol: 'frames' | 'runtime-api';
  /**
   * The command line.
   * @param inside maps a path like `/var/task/bootstrap` to where the process sees it
   */
  readonly argv: (inside: (path: string) => string) => readonly [string, ...string[]];
  /** Variables Lambda sets for this runtime: PATH, NODE_PATH, LD_LIBRARY_PATH, LANG, AWS_EXECUTION_ENV ... */
  readonly env: (inside: (path: string) => string) => Readonly<Record<string, string>>;
  /** Interpreter and bootstrap files the process must be able to read. */
  readonly directories: readonly SharedDirectory[];
  /** e.g. `python3.12 runs on Python 3.11.7: the machine has no 3.12`; shown once, and in the health answer. */
  readonly warning: string | undefined;
}

export interface RuntimeCatalog {
  /** Finds the interpreter, or says in an error what is missing. Cached: the second call costs nothing. */
  resolve(runtime: string): Promise<ResolvedRuntime>;
}
