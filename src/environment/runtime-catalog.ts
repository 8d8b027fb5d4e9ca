import type { SharedDirectory } from '../sandbox/sandbox.ts';

/** How to start one of Lambda's runtimes on this machine. */
export interface ResolvedRuntime {
  /** The runtime identifier that was asked for, e.g. `nodejs22.x`. */
  readonly id: string;
  /** `frames`: our own bootstrap on descriptor 3. `runtime-api`: anything that speaks HTTP, e.g. a `bootstrap` in the package. */
  readonly protocol: 'frames' | 'runtime-api';
  /** With `runtime-api`: it writes log records to descriptor 5, as AWS's own clients do to the one they are told of. */
  readonly writesRecords?: boolean;
  /**
   * The command line.
   * @param inside maps a path like `/var/task/bootstrap` to where the process sees it
   * @param memoryMb what the function may use
   */
  readonly argv: (inside: (path: string) => string, memoryMb: number) => readonly [string, ...string[]];
  /** Variables Lambda sets for this runtime: PATH, NODE_PATH, LD_LIBRARY_PATH, LANG, AWS_EXECUTION_ENV ... */
  readonly env: (inside: (path: string) => string) => Readonly<Record<string, string>>;
  /** Interpreter and bootstrap files the process must be able to read. */
  readonly directories: readonly SharedDirectory[];
  /** How to start it before it is known for which function; undefined: it cannot be. */
  readonly preparation?: RuntimePreparation | undefined;
  /** e.g. `python3.12 runs on Python 3.11.7: the machine has no 3.12`; shown once, and in the health answer. */
  readonly warning: string | undefined;
}

export interface RuntimePreparation {
  /** Variables that only count while the process starts: a function that sets one needs a start of its own. */
  readonly startVariables: RegExp;
  /**
   * Packages of the runtime that this code will import, as far as a look at it tells. A wrong guess costs time or memory,
   * nothing else.
   * @param code what the function sees as /var/task and /opt
   */
  readonly predict: (code: readonly SharedDirectory[]) => Promise<readonly string[]>;
}

export interface RuntimeCatalog {
  /** Finds the interpreter, or says in an error what is missing. Cached: the second call costs nothing. */
  resolve(runtime: string): Promise<ResolvedRuntime>;
}
