import { validation } from '../dynamodb-errors.ts';
import type { AttributeValue } from '../values/attribute-value.ts';
import { bindCondition, type Condition } from './condition.ts';
import type { DocumentPath } from './document-path.ts';
import type { ExpressionKind } from './expression-error.ts';
import { bindLegacyConditions, type LegacyConditions } from './legacy-condition.ts';
import * as parsed from './parsed.ts';
import { Placeholders } from './placeholders.ts';
import { bindProjection } from './projection.ts';

/** What every request with expressions may have; types of the SDK and of older parameters. */
export interface ExpressionInput {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: object | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: string[] | undefined;
  readonly ConditionalOperator?: string | undefined;
}

const ALWAYS: Condition = () => true;

/**
 * The expressions of one request, checked together: kinds old and new are not mixed, and whatever placeholder is given is used.
 * Call `end` when all have been asked for. Everything throws ValidationException.
 */
export class RequestExpressions {
  readonly placeholders: Placeholders;
  readonly #input: ExpressionInput;

  /**
   * @param legacy the request's older parameters, by name
   * @param expressions its expressions, by name
   */
  constructor(
    input: ExpressionInput,
    legacy: Readonly<Record<string, unknown>>,
    expressions: Readonly<Record<string, string | undefined>>,
  ) {
    this.#input = input;
    const old = named({ ...legacy, ConditionalOperator: input.ConditionalOperator });
    const used = named({ ...expressions, ProjectionExpression: input.ProjectionExpression });
    if (old.length > 0 && used.length > 0) {
      throw validation(
        `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${used.join(', ')}}`,
      );
    }
    checkPlaceholdersBelong(input, used, Object.keys(expressions));
    this.placeholders = new Placeholders(
      input.ExpressionAttributeNames,
      input.ExpressionAttributeValues as Record<string, AttributeValue> | undefined,
    );
  }

  /** What must hold, from an expression or from older parameters; always true without both. */
  condition(
    kind: ExpressionKind,
    expression: string | undefined,
    legacy?: object,
    onPath?: (path: DocumentPath) => void,
  ): Condition {
    if (expression !== undefined) {
      return bindCondition(parsed.condition(kind, expression), kind, this.placeholders, onPath);
    }
    const operator = this.#input.ConditionalOperator;
    if (legacy === undefined || Object.keys(legacy).length === 0) {
      if (operator === undefined) return ALWAYS;
      throw validation('ConditionalOperator cannot be used without Filter or Expected');
    }
    if (operator !== undefined && Object.keys(legacy).length < 2) {
      throw validation(
        'ConditionalOperator can only be used when Filter or Expected has two or more elements',
      );
    }
    for (const name of Object.keys(legacy)) onPath?.([name]);
    return bindLegacyConditions(legacy as LegacyConditions, operator);
  }

  /** Undefined: the whole item. */
  projection(): readonly DocumentPath[] | undefined {
    const { ProjectionExpression: expression, AttributesToGet: names } = this.#input;
    if (expression !== undefined) return bindProjection(parsed.projection(expression), this.placeholders);
    if (names === undefined) return undefined;
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    if (duplicate === undefined) return names.map((name): DocumentPath => [name]);
    throw validation(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${duplicate}`,
    );
  }

  /** No placeholder is left over. */
  end(): void {
    this.placeholders.checkAllUsed();
  }
}

function named(parameters: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(parameters).filter((name) => parameters[name] !== undefined);
}

function checkPlaceholdersBelong(
  input: ExpressionInput,
  used: readonly string[],
  kinds: readonly string[],
): void {
  if (used.length === 0 && input.ExpressionAttributeNames !== undefined) {
    throw validation('ExpressionAttributeNames can only be specified when using expressions');
  }
  const takesValues = kinds.some((kind) => used.includes(kind));
  if (takesValues || input.ExpressionAttributeValues === undefined) return;
  const verb = kinds.length > 1 ? 'are' : 'is';
  const missing = kinds.length === 0 ? '' : `: ${kinds.join(' and ')} ${verb} null`;
  throw validation(`ExpressionAttributeValues can only be specified when using expressions${missing}`);
}
