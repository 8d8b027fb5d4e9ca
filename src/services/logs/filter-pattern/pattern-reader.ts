import { ServiceError } from '../../../model/service-error.ts';

/** The caller's filter pattern cannot be understood. */
export function invalidPattern(message = 'Invalid filter pattern'): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function invalidCharacter(character: string): ServiceError {
  return invalidPattern(`Invalid character(s) in term '${character}'`);
}

/** Walks over the text of a filter pattern. */
export class PatternReader {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Without white space before it; empty at the end. */
  get next(): string {
    this.skipSpace();
    return this.text.charAt(this.#at);
  }

  get isAtEnd(): boolean {
    return this.next === '';
  }

  skipSpace(): void {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at += 1;
  }

  /** Takes `literal` when it comes next, after white space. */
  take(literal: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  /** Takes `literal`, or the pattern is invalid. */
  expect(literal: string): void {
    if (!this.take(literal)) throw this.unexpected();
  }

  /** Takes what a sticky expression matches right here; empty when it does not. */
  match(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** The text between quotation marks; `\"` and `\\` stand for the second character. Undefined without a quote. */
  quoted(quote = '"'): string | undefined {
    if (!this.take(quote)) return undefined;
    let value = '';
    for (;;) {
      const character = this.text.charAt(this.#at);
      this.#at += 1;
      if (character === '') throw invalidPattern();
      if (character === quote) return value;
      if (character !== '\\') {
        value += character;
        continue;
      }
      const escaped = this.text.charAt(this.#at);
      this.#at += 1;
      value += escaped === quote || escaped === '\\' ? escaped : `\\${escaped}`;
    }
  }

  /** The text between percent signs: a regular expression. Undefined without one. */
  percent(): string | undefined {
    if (!this.take('%')) return undefined;
    const end = this.text.indexOf('%', this.#at);
    if (end <= this.#at) throw invalidPattern();
    const source = this.text.slice(this.#at, end);
    this.#at = end + 1;
    return source;
  }

  /** The error for whatever comes next. */
  unexpected(): ServiceError {
    const character = this.next;
    return character === '' || /[\p{L}\p{N}_]/u.test(character)
      ? invalidPattern()
      : invalidCharacter(character);
  }
}
