import { isUtf8 } from 'node:buffer';

/** Where and why bytes are not one JSON text, in the words of the parser AWS uses. */
export interface JsonProblem {
  readonly message: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** Explains bytes that are not one JSON text; undefined for those that are. Slow, for the error answer only. */
export function findJsonProblem(bytes: Uint8Array): JsonProblem | undefined {
  try {
    new JsonScanner(bytes).scan();
    return undefined;
  } catch (error) {
    if (error instanceof JsonProblemFound) return error.problem;
    throw error;
  }
}

const EXPECTED_TOKEN = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const ESCAPES: ReadonlySet<string> = new Set('"\\/bfnrtu');
const LITERALS: ReadonlySet<string> = new Set(['null', 'true', 'false']);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\w$\u0080-\u00ff]/;

class JsonProblemFound extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** One pass over a text that is most likely broken. Nesting is a stack, so depth cannot overflow ours. */
class JsonScanner {
  readonly #bytes: Buffer;
  readonly #text: string;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = this.#bytes.toString('latin1');
  }

  scan(): void {
    const open: ('}' | ']')[] = [];
    for (;;) {
      const opened = this.#value();
      if (opened !== undefined) {
        open.push(opened);
        if (this.#next() !== opened) {
          if (opened === '}') this.#name();
          continue;
        }
        this.#at += 1;
        open.pop();
      }
      if (this.#closeUntilComma(open)) return;
    }
  }

  /** After a value: closes what ends here. True at the end of the text, false when another value must follow. */
  #closeUntilComma(open: ('}' | ']')[]): boolean {
    for (;;) {
      const character = this.#next();
      const inside = open.at(-1);
      if (inside === undefined) {
        if (character === undefined) return true;
        throw this.#unexpected(`expected a valid value ${EXPECTED_TOKEN}`);
      }
      if (character === undefined) throw this.#endOfInput(inside);
      this.#at += 1;
      if (character === ',') {
        if (inside === '}') this.#name();
        return false;
      }
      if (character !== inside) {
        this.#at -= 1;
        throw this.#unexpected(
          `was expecting comma to separate ${inside === '}' ? 'Object' : 'Array'} entries`,
        );
      }
      open.pop();
    }
  }

  /** Reads a scalar, or the bracket that opens a container and returns the one that will close it. */
  #value(): '}' | ']' | undefined {
    const character = this.#next();
    if (character === undefined) throw this.#problem('Unexpected end-of-input: expected a value');
    if (character === '{' || character === '[') {
      this.#at += 1;
      return character === '{' ? '}' : ']';
    }
    if (character === '"') return this.#string();
    if (character === '-' || (character >= '0' && character <= '9')) return this.#number();
    if (WORD.test(character) && character < '\u0080') return this.#word();
    throw this.#unexpected(`expected a valid value ${EXPECTED_TOKEN}`);
  }

  #name(): void {
    if (this.#next() === undefined) throw this.#endOfInput('}');
    if (this.#text[this.#at] !== '"')
      throw this.#unexpected('was expecting double-quote to start field name');
    this.#string();
    if (this.#next() === undefined) throw this.#endOfInput('}');
    if (this.#text[this.#at] !== ':') {
      throw this.#unexpected('was expecting a colon to separate field name and value');
    }
    this.#at += 1;
  }

  #string(): undefined {
    for (this.#at += 1; ; this.#at += 1) {
      const code = this.#bytes[this.#at];
      if (code === undefined) {
        throw this.#problem('Unexpected end-of-input: was expecting closing quote for a string value');
      }
      if (code === 0x22) break;
      if (code < 0x20) {
        throw this.#problem(
          `Illegal unquoted character (${describe(code)}): has to be escaped using backslash to be included in string value`,
        );
      }
      if (code === 0x5c) this.#escape();
      else if (code >= 0x80) this.#multibyte(code);
    }
    this.#at += 1;
    return undefined;
  }

  #escape(): void {
    this.#at += 1;
    const escaped = this.#text[this.#at] ?? '';
    if (!ESCAPES.has(escaped)) {
      throw this.#problem(`Unrecognized character escape ${describe(this.#bytes[this.#at] ?? 0)}`);
    }
    if (escaped !== 'u') return;
    if (!/^[\da-fA-F]{4}$/.test(this.#text.slice(this.#at + 1, this.#at + 5))) {
      throw this.#unexpected('expected a hex-digit for character escape sequence');
    }
    this.#at += 4;
  }

  /** A character of two to four bytes; stops on its last one. */
  #multibyte(start: number): void {
    const length = start >= 0xf0 ? 4 : start >= 0xe0 ? 3 : 2;
    if (start < 0xc2 || start > 0xf4) throw this.#problem(`Invalid UTF-8 start byte 0x${start.toString(16)}`);
    if (!isUtf8(this.#bytes.subarray(this.#at, this.#at + length))) {
      const middle = this.#bytes[this.#at + 1] ?? 0;
      throw this.#problem(`Invalid UTF-8 middle byte 0x${middle.toString(16)}`);
    }
    this.#at += length - 1;
  }

  #number(): undefined {
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text)?.[0] ?? '';
    this.#at += number.length;
    const follows = this.#text[this.#at] ?? ' ';
    if (/^-?0$/.test(number) && /\d/.test(follows)) {
      throw this.#problem('Invalid numeric value: Leading zeroes not allowed');
    }
    if (number === '' || /[-+.\w]/.test(follows)) {
      if (number === '') this.#at += 1;
      throw this.#unexpected('Decimal point, exponent or sign must be followed by a digit');
    }
    return undefined;
  }

  #word(): undefined {
    const start = this.#at;
    while (WORD.test(this.#text[this.#at] ?? '') && this.#at - start < 256) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    if (!LITERALS.has(word)) {
      throw this.#problem(`Unrecognized token '${word}': was expecting ${EXPECTED_TOKEN}`);
    }
    return undefined;
  }

  /** Skips white space; the character there, undefined at the end. */
  #next(): string | undefined {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
    return this.#text[this.#at];
  }

  #unexpected(wanted: string): JsonProblemFound {
    return this.#problem(`Unexpected character (${describe(this.#bytes[this.#at] ?? 0)}): ${wanted}`);
  }

  #endOfInput(inside: '}' | ']'): JsonProblemFound {
    return this.#problem(
      `Unexpected end-of-input: expected close marker for ${inside === '}' ? 'Object' : 'Array'}`,
    );
  }

  #problem(message: string): JsonProblemFound {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    return new JsonProblemFound({ message, line, column: this.#at - before.lastIndexOf('\n') });
  }
}

/** `'x' (code 120)`, or `(CTRL-CHAR, code 153)` for what cannot be shown. */
function describe(code: number): string {
  const shown = code >= 0x20 && code < 0x7f;
  return shown ? `'${String.fromCharCode(code)}' (code ${code})` : `(CTRL-CHAR, code ${code})`;
}
