import { isUtf8 } from 'node:buffer';
import {
  continuesWord,
  describe,
  EXPECTED_TOKEN,
  type JsonProblem,
  JsonProblemFound,
  noToken,
  notClosed,
  type Open,
  type Place,
  startsWord,
  typeOf,
  wrongCloser,
} from './json-parser-words.ts';

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

const ESCAPES: ReadonlySet<string> = new Set('"\\/bfnrtu');
const LITERALS: ReadonlySet<string> = new Set(['null', 'true', 'false']);
const LONGEST_WORD = 256;

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
    const open: Open[] = [];
    for (;;) {
      const closer = this.#value(open.at(-1));
      if (closer !== undefined) {
        const opened = { closer, at: this.#at - 1 };
        open.push(opened);
        const character = this.#next();
        if (character === undefined) throw this.#endOfInput(opened);
        if (character !== '}' && character !== ']') {
          if (closer === '}') this.#name();
          continue;
        }
      }
      if (this.#closeUntilComma(open)) return;
    }
  }

  /** After a value: closes what ends here. True at the end of the text, false when another value must follow. */
  #closeUntilComma(open: Open[]): boolean {
    for (;;) {
      const character = this.#next();
      const inside = open.at(-1);
      if (character === undefined) {
        if (inside === undefined) return true;
        throw this.#endOfInput(inside);
      }
      if (character === '}' || character === ']') {
        if (character !== inside?.closer)
          throw this.#problem(wrongCloser(character, inside, inside && this.#placeOf(inside.at)));
        this.#at += 1;
        open.pop();
        continue;
      }
      if (inside === undefined) throw this.#noValue(undefined);
      if (character !== ',')
        throw this.#unexpected(`was expecting comma to separate ${typeOf(inside)} entries`);
      this.#at += 1;
      if (this.#next() === undefined) throw this.#endBetween(inside);
      if (inside.closer === '}') this.#name();
      return false;
    }
  }

  /** Reads a scalar, or the bracket that opens a container and returns the one that will close it. */
  #value(inside: Open | undefined): '}' | ']' | undefined {
    const character = this.#next();
    if (character === undefined) {
      throw inside === undefined
        ? this.#problem('Unexpected end-of-input: expected a value')
        : this.#endBetween(inside);
    }
    if (character === '{' || character === '[') {
      this.#at += 1;
      return character === '{' ? '}' : ']';
    }
    if (character === '"') return this.#string();
    if (character === '-' || (character >= '0' && character <= '9')) return this.#number(inside);
    const literal = this.#match(/[a-z]*/y);
    const follows = this.#text[this.#at + literal.length] ?? ' ';
    if (!LITERALS.has(literal) || continuesWord(follows)) throw this.#noValue(inside);
    this.#at += literal.length;
    return undefined;
  }

  #name(): void {
    if (this.#next() !== '"') throw this.#unexpected('was expecting double-quote to start field name');
    this.#string();
    if (this.#next() === undefined) throw this.#endBetween({ closer: '}' });
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

  #number(inside: Open | undefined): undefined {
    if (this.#text[this.#at] === '-') this.#at += 1;
    this.#digits('expected digit (0-9) to follow minus sign, for valid numeric value');
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      this.#digits('Decimal point not followed by a digit', true);
    }
    if (/[eE]/.test(this.#text[this.#at] ?? '')) {
      this.#at += /[+-]/.test(this.#text[this.#at + 1] ?? '') ? 2 : 1;
      this.#digits('Exponent indicator not followed by a digit', true);
    }
    const isFollowed = /[^ \t\r\n]/.test(this.#text[this.#at] ?? ' ');
    if (inside === undefined && isFollowed)
      throw this.#unexpected('Expected space separating root-level values');
    return undefined;
  }

  /** @param zeroes whether they may lead */
  #digits(otherwise: string, zeroes = false): void {
    const found = this.#match(/\d*/y);
    if (found === '') {
      const what = describe(this.#bytes[this.#at] ?? this.#bytes[this.#at - 1] ?? 0);
      throw this.#problem(`Unexpected character (${what}) in numeric value: ${otherwise}`);
    }
    this.#at += zeroes || found[0] !== '0' ? found.length : 1;
    if (!zeroes && found[0] === '0' && found.length > 1)
      throw this.#problem('Invalid numeric value: Leading zeroes not allowed');
  }

  /** What stands where a value should. */
  #noValue(inside: Open | undefined): JsonProblemFound {
    const character = this.#text[this.#at] ?? '';
    if (inside === undefined && (character === '}' || character === ']'))
      return this.#problem(wrongCloser(character, inside, undefined));
    if (character === ',' || character === '}' || (character === ']' && inside?.closer === ']'))
      return this.#unexpected('expected a value');
    if (!startsWord(character)) return this.#unexpected(`expected a valid value ${EXPECTED_TOKEN}`);
    return this.#problem(noToken(this.#word()));
  }

  /** Up to the first character that is no part of it, which the parser has read as well by then. */
  #word(): string {
    let word = this.#text[this.#at] ?? '';
    this.#at += 1;
    while (this.#at < this.#bytes.length) {
      const start = this.#at;
      if ((this.#bytes[start] ?? 0) >= 0x80) this.#multibyte(this.#bytes[start] ?? 0);
      this.#at += 1;
      const character = this.#bytes.toString('utf8', start, this.#at);
      if (!continuesWord(character)) break;
      word += character;
      if (word.length >= LONGEST_WORD) return `${word}...`;
    }
    return word;
  }

  /** @param pattern that begins where it is asked to, and may be empty */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** Skips white space; the character there, undefined at the end. */
  #next(): string | undefined {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
    return this.#text[this.#at];
  }

  #unexpected(wanted: string): JsonProblemFound {
    return this.#problem(`Unexpected character (${describe(this.#bytes[this.#at] ?? 0)}): ${wanted}`);
  }

  #endOfInput(inside: Open): JsonProblemFound {
    return this.#problem(notClosed(inside, this.#placeOf(inside.at)));
  }

  #endBetween(inside: Pick<Open, 'closer'>): JsonProblemFound {
    return this.#problem(`Unexpected end-of-input within/between ${typeOf(inside)} entries`);
  }

  #problem(message: string): JsonProblemFound {
    return new JsonProblemFound({ message, ...this.#placeOf(this.#at) });
  }

  #placeOf(at: number): Place {
    const before = this.#text.slice(0, at);
    return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }
}
