import { invalidRequest, notBuilt } from '../xray-errors.ts';
import {
  COMPARISONS,
  type FilterExpression,
  type FilterValue,
  FLAGS,
  NUMBERS,
  type Operator,
  type ServicePattern,
  type Subject,
  TEXT_OPERATORS,
  TEXTS,
} from './filter-expression.ts';
import { type FilterToken, filterTokens } from './filter-tokens.ts';

/** What X-Ray has besides, and this does not. */
const UNBUILT: ReadonlySet<string> = new Set([
  'edge',
  'group.name',
  'group.arn',
  'json',
  'rootcause',
  'concurrency',
  'availabilityzone',
  'instance.id',
  'first',
  'last',
  'root',
  'remote',
  'inferred',
  'message',
  'coverage',
]);

/** Brackets in brackets. */
const DEEPEST = 50;

/** @throws ServiceError InvalidRequestException */
export function parseFilter(expression: string): FilterExpression {
  const reader = new FilterReader(filterTokens(expression));
  const read = reader.any();
  reader.end();
  return read;
}

/** Reads from the loosest operator down to the tightest. */
class FilterReader {
  readonly #tokens: readonly FilterToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly FilterToken[]) {
    this.#tokens = tokens;
  }

  any(): FilterExpression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw invalidRequest('Invalid filter expression: too many brackets.');
    let left = this.#all();
    while (this.#takesWord('OR')) left = { kind: 'or', left, right: this.#all() };
    this.#depth -= 1;
    return left;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unexpected();
  }

  #all(): FilterExpression {
    let left = this.#one();
    while (this.#takesWord('AND')) left = { kind: 'and', left, right: this.#one() };
    return left;
  }

  #one(): FilterExpression {
    let isNegated = false;
    while (this.#takesSign('!') || this.#takesWord('NOT')) isNegated = !isNegated;
    const inner = this.#term();
    return isNegated ? { kind: 'not', inner } : inner;
  }

  #term(): FilterExpression {
    if (this.#takesSign('(')) {
      const inner = this.any();
      this.#sign(')');
      return inner;
    }
    const word = this.#word();
    const name = word.toLowerCase();
    if (name === 'service') return this.#service();
    const flag = FLAGS.find((known) => known === name);
    if (flag !== undefined) return this.#flag(flag);
    return this.#comparison(this.#subject(word, name));
  }

  /** `fault` is short for `fault = true`. */
  #flag(flag: (typeof FLAGS)[number]): FilterExpression {
    const is: FilterExpression = { kind: 'flag', flag };
    if (!this.#takesSign('=')) return is;
    const value = this.#value();
    if (typeof value !== 'boolean')
      throw invalidRequest(`Invalid filter expression: ${flag} is true or false.`);
    return value ? is : { kind: 'not', inner: is };
  }

  #service(): FilterExpression {
    this.#sign('(');
    const service = this.#takesSign(')') ? undefined : this.#servicePattern();
    if (service !== undefined) this.#sign(')');
    if (!this.#takesSign('{')) return { kind: 'service', service, inner: undefined };
    const inner = this.any();
    this.#sign('}');
    return { kind: 'service', service, inner };
  }

  #servicePattern(): ServicePattern {
    const token = this.#next();
    if (token.kind === 'text') return { name: token.value };
    if (token.kind !== 'word' || token.value.replace(/:$/, '') !== 'id') throw this.#unexpected(-1);
    this.#sign('(');
    const pattern: { name?: string; type?: string; accountId?: string } = {};
    do {
      const key = this.#word().replace(/:$/, '');
      this.#takesSign(':');
      const value = this.#value();
      const member = { name: 'name', type: 'type', 'account.id': 'accountId' }[key];
      if (member === undefined || typeof value !== 'string') throw this.#unexpected(-1);
      pattern[member as 'name'] = value;
    } while (this.#takesSign(','));
    this.#sign(')');
    return pattern;
  }

  #subject(word: string, name: string): Subject {
    if (name === 'annotation' && this.#takesSign('[')) {
      const token = this.#next();
      this.#sign(']');
      return { kind: 'annotation', name: String(token.value) };
    }
    if (name.startsWith('annotation.')) return { kind: 'annotation', name: word.slice('annotation.'.length) };
    const number = NUMBERS.find((known) => known === name);
    if (number !== undefined) return { kind: 'number', name: number };
    const text = TEXTS.find((known) => known === name);
    if (text !== undefined) return { kind: 'text', name: text };
    if (UNBUILT.has(name)) throw notBuilt(`The keyword ${word} of filter expressions`);
    throw invalidRequest(`Invalid filter expression: ${word} is no keyword.`);
  }

  #comparison(subject: Subject): FilterExpression {
    const token = this.#next();
    const sign = token.kind === 'sign' ? COMPARISONS.find((known) => known === token.value) : undefined;
    const word =
      token.kind === 'word' ? TEXT_OPERATORS.find((known) => known === token.value.toUpperCase()) : undefined;
    const operator: Operator | undefined = sign ?? word;
    if (operator === undefined) throw this.#unexpected(-1);
    const value = this.#value();
    const isWrong =
      (subject.kind === 'number' && (typeof value !== 'number' || word !== undefined)) ||
      (subject.kind === 'text' && typeof value !== 'string') ||
      (word !== undefined && typeof value !== 'string');
    if (isWrong)
      throw invalidRequest(
        `Invalid filter expression: ${subject.name} ${operator} takes another kind of value.`,
      );
    return { kind: 'compare', subject, operator, value };
  }

  #value(): FilterValue {
    const token = this.#next();
    if (token.kind === 'text' || token.kind === 'number') return token.value;
    const word = token.value.toLowerCase();
    if (word !== 'true' && word !== 'false') throw this.#unexpected(-1);
    return word === 'true';
  }

  #word(): string {
    const token = this.#next();
    if (token.kind !== 'word') throw this.#unexpected(-1);
    return token.value;
  }

  #sign(sign: string): void {
    if (!this.#takesSign(sign)) throw this.#unexpected();
  }

  #takesSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token?.kind === 'sign' && token.value === sign;
    if (isIt) this.#at += 1;
    return isIt;
  }

  #takesWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token?.kind === 'word' && token.value.toUpperCase() === word;
    if (isIt) this.#at += 1;
    return isIt;
  }

  #next(): FilterToken {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#unexpected();
    this.#at += 1;
    return token;
  }

  #unexpected(offset = 0) {
    const token = this.#tokens[this.#at + offset];
    const what = token === undefined ? 'it ends too soon' : `${JSON.stringify(token.value)} is not expected`;
    return invalidRequest(`Invalid filter expression: ${what}.`);
  }
}
