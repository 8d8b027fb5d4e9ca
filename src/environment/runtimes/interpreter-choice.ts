import { chooseNearest, type Interpreter } from './interpreter.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';

/** What a runtime identifier asks of the machine. */
export interface WantedInterpreter {
  /** The runtime identifier, e.g. `python3.12`. */
  readonly id: string;
  /** The release, as `Interpreter.release` counts them. */
  readonly release: number;
  /** e.g. `Python` */
  readonly language: string;
  /** The release as people write it, e.g. `3.12`. */
  readonly spelling: string;
  /** What to do when it is missing: one sentence or two. */
  readonly advice: string;
}

export interface InterpreterChoice<T extends Interpreter> {
  readonly interpreter: T;
  /** One line for the log when the version differs. */
  readonly warning: string | undefined;
  /** What to do about that. */
  readonly remedy: string | undefined;
}

/**
 * The nearest of the machine's interpreters.
 * @param strict refuse one of another release
 * @throws RuntimeUnavailable when there is none, saying what to do
 */
export function chooseInterpreter<T extends Interpreter>(
  found: readonly T[],
  wanted: WantedInterpreter,
  strict: boolean,
  choose: (found: readonly T[], release: number) => T | undefined = chooseNearest,
): InterpreterChoice<T> {
  const { id, release, language, spelling, advice } = wanted;
  const interpreter = choose(found, release);
  if (interpreter === undefined || (strict && interpreter.release !== release)) {
    throw new RuntimeUnavailable(
      id,
      `The runtime ${id} needs ${language} ${spelling}, which this machine does not have.`,
      advice,
    );
  }
  if (interpreter.release === release) return { interpreter, warning: undefined, remedy: undefined };
  const warning = `${id} runs on ${language} ${interpreter.version}: the machine has no ${spelling}`;
  return { interpreter, warning, remedy: advice };
}
