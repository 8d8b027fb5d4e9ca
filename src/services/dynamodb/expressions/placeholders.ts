import { validation } from '../dynamodb-errors.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import { checkedValue } from '../values/check-values.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { DocumentPath } from './document-path.ts';
import { type ExpressionKind, invalidExpression } from './expression-error.ts';
import type { WrittenPath } from './token-reader.ts';

export type GivenNames = Readonly<Record<string, string>> | undefined;
export type GivenValues = Readonly<Record<string, AttributeValue>> | undefined;

const NAME = /^#[A-Za-z0-9_]+$/;
const VALUE = /^:[A-Za-z0-9_]+$/;

/** What names and values of an expression stand for. Both throw ValidationException. */
export interface ExpressionBindings {
  path(kind: ExpressionKind, written: WrittenPath): DocumentPath;
  value(kind: ExpressionKind, placeholder: string): AttributeValue;
}

/** What `#name` and `:value` stand for in the expressions of one request, and which of them were used. */
export class Placeholders implements ExpressionBindings {
  readonly #names: GivenNames;
  readonly #values: GivenValues;
  readonly #used = new Set<string>();

  /** Throws ValidationException: keys that are none, values that are none, none at all. */
  constructor(names: GivenNames, values: GivenValues) {
    this.#names = names;
    checkKeys('ExpressionAttributeNames', names, NAME);
    checkKeys('ExpressionAttributeValues', values, VALUE);
    this.#values = values && Object.fromEntries(Object.entries(values).map(checkedEntry));
  }

  path(kind: ExpressionKind, [first = '', ...steps]: WrittenPath): DocumentPath {
    const rest = steps.map((step) => (typeof step === 'string' ? this.#name(kind, step) : step));
    return [this.#name(kind, String(first)), ...rest];
  }

  value(kind: ExpressionKind, placeholder: string): AttributeValue {
    const values = this.#values;
    const value = values && Object.hasOwn(values, placeholder) ? values[placeholder] : undefined;
    if (value === undefined) {
      throw invalidExpression(
        kind,
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    }
    this.#used.add(placeholder);
    return value;
  }

  /** Throws ValidationException for what no expression has used. */
  checkAllUsed(): void {
    this.#checkUsed('ExpressionAttributeNames', this.#names);
    this.#checkUsed('ExpressionAttributeValues', this.#values);
  }

  #name(kind: ExpressionKind, step: string): string {
    if (!step.startsWith('#')) return step;
    const names = this.#names;
    const name = names && Object.hasOwn(names, step) ? names[step] : undefined;
    if (name === undefined) {
      throw invalidExpression(
        kind,
        `An expression attribute name used in the document path is not defined; attribute name: ${step}`,
      );
    }
    this.#used.add(step);
    return name;
  }

  #checkUsed(parameter: string, given: object | undefined): void {
    const unused = Object.keys(given ?? {}).filter((key) => !this.#used.has(key));
    if (unused.length === 0) return;
    throw validation(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`);
  }
}

function checkKeys(parameter: string, given: object | undefined, form: RegExp): void {
  if (given === undefined) return;
  const keys = Object.keys(given);
  if (keys.length === 0) throw validation(`${parameter} must not be empty`);
  const bad = keys.find((key) => !form.test(key));
  if (bad !== undefined) throw validation(`${parameter} contains invalid key: Syntax error; key: "${bad}"`);
}

function checkedEntry([key, value]: [string, AttributeValue]): [string, AttributeValue] {
  try {
    return [key, checkedValue(value)];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw validation(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
  }
}
