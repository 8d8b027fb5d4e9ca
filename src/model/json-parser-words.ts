/** What the JSON parser that AWS uses says, in its words. */

/** Where and why bytes are not one JSON text. */
export interface JsonProblem {
  readonly message: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export type Place = Omit<JsonProblem, 'message'>;

export class JsonProblemFound extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A container that has not been closed. */
export interface Open {
  readonly closer: '}' | ']';
  readonly at: number;
}

export const EXPECTED_TOKEN = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** What identifiers of Java begin with and consist of: that is what the parser takes for a word. */
const WORD_START = /[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u;
// oxlint-disable-next-line no-control-regex -- Java has some of them in identifiers
const WORD_PART = /[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{M}\p{Cf}\0-\u0008\u000e-\u001b\u007f-\u009f]/u;
/** Words for numbers that JSON has not. */
const NOT_NUMBERS = ['NaN', 'Infinity'];

export function startsWord(character: string): boolean {
  return WORD_START.test(character);
}

export function continuesWord(character: string): boolean {
  return WORD_PART.test(character);
}

export function noToken(word: string): string {
  const number = NOT_NUMBERS.find((each) => word.startsWith(each));
  return number === undefined
    ? `Unrecognized token '${word}': was expecting ${EXPECTED_TOKEN}`
    : `Non-standard token '${number}': enable \`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS\` to allow`;
}

/** @param start of the container */
export function notClosed(inside: Open, start: Place): string {
  const where = `(start marker at ${sourceAt(start)})`;
  return `Unexpected end-of-input: expected close marker for ${typeOf(inside)} ${where}`;
}

/** Where the parser says that the text itself begins. */
const BEFORE_ALL: Place = { line: 1, column: 0 };

/** @param start of the container, if there is one */
export function wrongCloser(closer: '}' | ']', inside: Open | undefined, start: Place = BEFORE_ALL): string {
  const where = `(for ${inside === undefined ? 'root' : typeOf(inside)} starting at ${sourceAt(start)})`;
  return `Unexpected close marker '${closer}': expected '${closer === '}' ? ']' : '}'}' ${where}`;
}

export function typeOf({ closer }: Pick<Open, 'closer'>): 'Object' | 'Array' {
  return closer === '}' ? 'Object' : 'Array';
}

/** A place as the parser writes it. */
export function sourceAt({ line, column }: Place): string {
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
}

/** `'x' (code 120)`, or `(CTRL-CHAR, code 153)` for what cannot be shown. */
export function describe(code: number): string {
  const shown = code >= 0x20 && (code < 0x7f || code >= 0xa0);
  return shown ? `'${String.fromCharCode(code)}' (code ${code})` : `(CTRL-CHAR, code ${code})`;
}
