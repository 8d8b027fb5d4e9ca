import { isRecord } from '../codecs/entries.ts';
import type { ConstraintJson } from '../schema/constraint-json.ts';
import type { Member, Shape } from '../schema/shape.ts';

/** What is said of a value in an error: its print, or nothing where the model calls it sensitive. */
export interface Print {
  readonly shape: Shape;
  readonly isDouble?: boolean;
  readonly isHidden: boolean;
}

/** One violated constraint, in AWS's words. */
export function violation(print: Print, value: unknown, path: string, constraint: string): string {
  return `Value ${shown(print, value)}at '${path}' failed to satisfy constraint: ${constraint}`;
}

function shown({ shape, isDouble = false, isHidden }: Print, value: unknown): string {
  if (isHidden) return '';
  return value === null || value === undefined ? 'null ' : `'${printValue(shape, value, isDouble)}' `;
}

export function detected(violations: readonly string[]): string {
  const errors = violations.length === 1 ? 'error' : 'errors';
  return `${violations.length} validation ${errors} detected: ${violations.join('; ')}`;
}

export const NOT_NULL = 'Member must not be null';
export const lengthAtMost = (max: number): string => `Member must have length less than or equal to ${max}`;
export const lengthAtLeast = (min: number): string =>
  `Member must have length greater than or equal to ${min}`;
export const valueAtMost = (max: string): string => `Member must have value less than or equal to ${max}`;
export const valueAtLeast = (min: string): string => `Member must have value greater than or equal to ${min}`;
export const matches = (pattern: string): string =>
  `Member must satisfy regular expression pattern: ${pattern}`;
export const oneOf = (values: readonly string[]): string =>
  `Member must satisfy enum value set: [${values.join(', ')}]`;

/** A number as AWS prints it: doubles keep a fraction, `1.0`. */
export function printNumber(value: number, isDouble: boolean): string {
  return isDouble && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/**
 * All constraints of a list's elements or a map's values together: when one element breaks one of them, AWS lists
 * every one.
 */
export function elementConstraints(shape: Shape, constraint: ConstraintJson): string {
  const isNumber = shape.kind === 'simple' && (shape.type === 'number' || shape.type === 'bigint');
  const isDouble = constraint.number === 'double';
  const { min, max, pattern } = constraint;
  const texts: string[] = [];
  if (max !== undefined) texts.push(isNumber ? valueAtMost(printNumber(max, isDouble)) : lengthAtMost(max));
  if (min !== undefined) texts.push(isNumber ? valueAtLeast(printNumber(min, isDouble)) : lengthAtLeast(min));
  if (pattern !== undefined) texts.push(matches(pattern));
  if (constraint.enum !== undefined) texts.push(oneOf(constraint.enum));
  return `[${[...texts, NOT_NULL].join(', ')}]`;
}

/** Values the way the Java servers print them: `[a, b]`, `{k=v}`, `Tag(key=a, value=b)`. */
function printValue(shape: Shape, value: unknown, isDouble: boolean): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return printNumber(value, isDouble);
  // What Java makes of a byte buffer; AWS's own answers show it.
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (value instanceof Date) return value.toISOString();
  if (shape.kind === 'list' && Array.isArray(value)) {
    return `[${value.map((item) => printValue(shape.element.shape, item, isDouble)).join(', ')}]`;
  }
  if (!isRecord(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  if (shape.kind === 'map') {
    const entries = Object.entries(value);
    return `{${entries.map(([key, item]) => `${key}=${printValue(shape.value.shape, item, isDouble)}`).join(', ')}}`;
  }
  if (shape.kind !== 'structure') return JSON.stringify(value);
  const members = shape.members.map(
    (m) => `${lowerFirst(m.name)}=${isSensitive(m) ? REDACTED : printValue(m.shape, value[m.name], false)}`,
  );
  return `${shape.name}(${members.join(', ')})`;
}

const REDACTED = '*** Sensitive Data Redacted ***';

export function isSensitive({ traits }: Member): boolean {
  return traits.sensitive === 1;
}

/** Member names in messages begin in lower case, whatever the model says: `functionName`, `kMSKeyArn`. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
