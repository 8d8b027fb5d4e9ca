import { validation } from '../dynamodb-errors.ts';
import { notWellFormed } from './statement-error.ts';
import { type StatementToken, statementTokens } from './statement-tokens.ts';

/** Parentheses, lists, maps and negations in each other; far more than DynamoDB would keep or evaluate. */
const MOST_NESTED = 128;
/** Operators and functions of one statement: as many as DynamoDB takes in an expression. A scan asks them all of every item. */
const MOST_OPERATORS = 300;

/** A place in a statement. */
export class StatementReader {
  readonly #tokens: readonly StatementToken[];
  #index = 0;
  #depth = 0;
  #operatorCount = 0;
  #parameterCount = 0;

  /** Throws ValidationException for what is no token. */
  constructor(statement: string) {
    this.#tokens = statementTokens(statement);
  }

  get next(): StatementToken {
    return this.ahead(0);
  }

  get parameterCount(): number {
    return this.#parameterCount;
  }

  ahead(count: number): StatementToken {
    return this.#tokens[this.#index + count] ?? { type: 'end', text: '', at: '' };
  }

  take(): StatementToken {
    const token = this.next;
    this.#index += 1;
    return token;
  }

  isSymbol(text: string): boolean {
    return this.next.type === 'symbol' && this.next.text === text;
  }

  takeSymbol(text: string): boolean {
    const isNext = this.isSymbol(text);
    if (isNext) this.#index += 1;
    return isNext;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw notWellFormed(`Expected ${text}`);
  }

  /** @param words in lower case */
  isKeyword(...words: readonly string[]): boolean {
    return this.next.type === 'word' && words.includes(this.next.text.toLowerCase());
  }

  takeKeyword(word: string): boolean {
    const isNext = this.isKeyword(word);
    if (isNext) this.#index += 1;
    return isNext;
  }

  /** The statement has ended, but for a semicolon. */
  isAtEnd(): boolean {
    return this.next.type === 'end' || this.isSymbol(';');
  }

  expectEnd(): void {
    this.takeSymbol(';');
    if (this.next.type !== 'end') throw notWellFormed('Unexpected token after expression');
  }

  /** @returns the number of the parameter that was taken, from 0 */
  takeParameter(): number {
    this.#index += 1;
    this.#parameterCount += 1;
    return this.#parameterCount - 1;
  }

  /** Throws ValidationException for one too many. */
  countOperator(): void {
    this.#operatorCount += 1;
    if (this.#operatorCount <= MOST_OPERATORS) return;
    throw validation(`The expression contains too many operators; operator count: ${this.#operatorCount}`);
  }

  /** Reads what stands inside something. Throws ValidationException where that has no end: the stack has one. */
  inside<T>(read: () => T): T {
    if (this.#depth === MOST_NESTED) throw notWellFormed('Too many nested expressions');
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }
}
