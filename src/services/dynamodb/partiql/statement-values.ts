import { validation } from '../dynamodb-errors.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import type { ExpressionKind } from '../expressions/expression-error.ts';
import type { ExpressionBindings } from '../expressions/placeholders.ts';
import type { WrittenPath } from '../expressions/token-reader.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import { checkedValue } from '../values/check-values.ts';
import { literalValue } from './literal-values.ts';
import type { Expression } from './written-statement.ts';

const PARAMETER = '?';
const LITERAL = '=';

/**
 * The values of one statement, parameters and literals, under names by which conditions and updates ask for them: `?0`, `=0`.
 * What statements name are attributes; nothing stands for another name.
 */
export class StatementValues implements ExpressionBindings {
  readonly #parameters: readonly AttributeValue[];
  readonly #literals: AttributeValue[] = [];

  /** Throws ValidationException for values that DynamoDB cannot keep. */
  constructor(parameters: readonly object[] | undefined) {
    this.#parameters = (parameters ?? []).map((value) => checkedValue(value as AttributeValue));
  }

  /** Throws ValidationException unless each parameter has its place in the statement. */
  checkCount(count: number): void {
    if (this.#parameters.length === count) return;
    throw validation("Number of parameters in request and statement don't match.");
  }

  /** A value of a statement, which may be a parameter as a whole. Throws ValidationException for what is no value. */
  of(expression: Expression): AttributeValue {
    if (expression.type !== 'parameter') return literalValue(expression);
    const value = this.#parameters[expression.index];
    if (value === undefined) throw new TypeError('a parameter that was not given');
    return value;
  }

  /** @returns the name under which the value is known from now on */
  placeholder(expression: Expression): string {
    if (expression.type === 'parameter') return `${PARAMETER}${expression.index}`;
    this.#literals.push(literalValue(expression));
    return `${LITERAL}${this.#literals.length - 1}`;
  }

  path(_kind: ExpressionKind, [first = '', ...steps]: WrittenPath): DocumentPath {
    return [String(first), ...steps];
  }

  value(_kind: ExpressionKind, placeholder: string): AttributeValue {
    const values = placeholder.startsWith(PARAMETER) ? this.#parameters : this.#literals;
    const value = values[Number(placeholder.slice(1))];
    if (value === undefined) throw new TypeError(`no value ${placeholder}`);
    return value;
  }
}
