import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { Interpreter } from './interpreter.ts';

/** A runtime this machine can run, and by what. */
export interface FoundRuntime {
  readonly runtime: ResolvedRuntime;
  /** Undefined for custom runtimes, which bring their own program. */
  readonly interpreter: Interpreter | undefined;
  /** What to do about the runtime's warning. */
  readonly remedy?: string | undefined;
}

/** Where and how to look. */
export interface RuntimeSearch {
  /** Refuse an interpreter of another version than the runtime's instead of warning. */
  readonly strict: boolean;
  /** A directory for what is built from this installation; may be removed at any time the platform is down. */
  readonly cacheDirectory: string;
  /** Where `lambent runtimes install` puts what it downloads. */
  readonly installDirectory: string;
  /** Where sandboxes show the packages this installation brings; not given where paths are those of the machine. */
  readonly packagesInside?: string | undefined;
  /** Directories to look for interpreters in, as PATH has them. */
  readonly searchPath: string;
}
