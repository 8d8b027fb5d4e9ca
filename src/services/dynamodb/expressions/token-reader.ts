import { type ExpressionKind, invalidExpression } from './expression-error.ts';
import { isReservedWord } from './reserved-words.ts';
import { syntaxError, type Token, tokensOf } from './tokens.ts';

/** As it is sent, placeholders and all. */
const MOST_BYTES = 4_096;

/** A path as it is written: placeholders not yet replaced. */
export type WrittenPath = readonly (string | number)[];

/** A place in an expression, and what every grammar of expressions reads alike. */
export class TokenReader {
  readonly kind: ExpressionKind;
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  #index = 0;

  /** Throws ValidationException when the expression is empty, too long, or has what is no token. */
  constructor(kind: ExpressionKind, expression: string) {
    if (expression.trim() === '') throw invalidExpression(kind, 'The expression can not be empty;');
    const bytes = Buffer.byteLength(expression);
    if (bytes > MOST_BYTES) {
      throw invalidExpression(
        kind,
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    this.kind = kind;
    this.#expression = expression;
    this.#tokens = tokensOf(kind, expression);
  }

  get next(): Token {
    return this.ahead(0);
  }

  ahead(count: number): Token {
    return (
      this.#tokens[this.#index + count] ?? { type: 'end', text: '<EOF>', start: this.#expression.length }
    );
  }

  take(): Token {
    const token = this.next;
    this.#index += 1;
    return token;
  }

  takeSymbol(text: string): boolean {
    const isNext = this.next.type === 'symbol' && this.next.text === text;
    if (isNext) this.#index += 1;
    return isNext;
  }

  isKeyword(word: string): boolean {
    return this.next.type === 'word' && this.next.text.toUpperCase() === word;
  }

  takeKeyword(word: string): boolean {
    const isNext = this.isKeyword(word);
    if (isNext) this.#index += 1;
    return isNext;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.syntaxError();
  }

  expectKeyword(word: string): void {
    if (!this.takeKeyword(word)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.next.type !== 'end') throw this.syntaxError();
  }

  /** A name followed by an opening parenthesis. */
  isFunction(): boolean {
    return this.next.type === 'word' && this.ahead(1).text === '(' && this.ahead(1).type === 'symbol';
  }

  path(): WrittenPath {
    const steps: (string | number)[] = [this.#step()];
    for (;;) {
      if (this.takeSymbol('.')) steps.push(this.#step());
      else if (this.takeSymbol('[')) steps.push(this.#position());
      else return steps;
    }
  }

  /** About the token that comes next. */
  syntaxError(): Error {
    return syntaxError(this.kind, this.#expression, this.#tokens, this.#index);
  }

  error(what: string): Error {
    return invalidExpression(this.kind, what);
  }

  #step(): string {
    const { type, text } = this.next;
    if (type !== 'word' && type !== 'name') throw this.syntaxError();
    if (type === 'word' && isReservedWord(text)) {
      throw this.error(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    this.#index += 1;
    return text;
  }

  #position(): number {
    if (this.next.type !== 'number') throw this.syntaxError();
    const position = Number(this.take().text);
    this.expectSymbol(']');
    return position;
  }
}
