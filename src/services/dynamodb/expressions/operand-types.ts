import type { ExpressionKind } from './expression-error.ts';
import { invalidExpression } from './expression-error.ts';
import { type AttributeType, type AttributeValue, typeOf } from '../values/attribute-value.ts';

/** Throws ValidationException when a value can never be what its operator or function works on. */
export function checkOperandType(
  kind: ExpressionKind,
  operator: string,
  value: AttributeValue,
  allowed: readonly AttributeType[],
): void {
  const type = typeOf(value);
  if (allowed.includes(type)) return;
  throw invalidExpression(
    kind,
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  );
}

/** `AttributeValue: {N:2}`, as messages show a value. */
export function shownValue(value: AttributeValue): string {
  const [[type, content] = ['', '']] = Object.entries(value);
  const text = content instanceof Uint8Array ? Buffer.from(content).toString('base64') : String(content);
  return `AttributeValue: {${type}:${text}}`;
}
