import { serializationError } from '../codecs/serialization-error.ts';
import type { ConstraintJson } from '../schema/constraint-json.ts';
import type { Shape } from '../schema/shape.ts';
import { compilePattern } from './pattern.ts';
import {
  lengthAtLeast,
  lengthAtMost,
  matches,
  oneOf,
  printNumber,
  valueAtLeast,
  valueAtMost,
} from './wording.ts';

/** Names what a value breaks, each in AWS's words; nothing when it is fine. */
export type Check = (value: unknown) => readonly string[];

const LONGEST_MATCHED = 10_000;
const FINE: readonly string[] = Object.freeze([]);

/** The check of a value itself, not of what it contains; undefined when nothing constrains it. */
export function compileCheck(shape: Shape, constraint: ConstraintJson): Check | undefined {
  if (shape.kind !== 'simple') return checkSize(constraint, shape.kind === 'list' ? listLength : keyCount);
  if (shape.type === 'string') return checkString(constraint);
  if (shape.type === 'number' || shape.type === 'bigint') return checkNumber(constraint);
  if (shape.type === 'blob') return checkSize(constraint, (value) => (value as Uint8Array).length);
  return undefined;
}

function checkString(constraint: ConstraintJson): Check | undefined {
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern, enum: values } = constraint;
  const expression = pattern === undefined ? undefined : compilePattern(pattern);
  const allowed = values === undefined ? undefined : new Set(values);
  if (min === 0 && max === Number.POSITIVE_INFINITY && expression === undefined && allowed === undefined)
    return undefined;
  // The same few names come again and again.
  let fine: string | undefined;
  return (value) => {
    const text = value as string;
    if (text === fine) return FINE;
    const isLong = text.length > max;
    const isShort = text.length < min;
    // Some patterns take time that grows with the square of the length, so they are not tried on huge values.
    const isOther = expression !== undefined && text.length <= LONGEST_MATCHED && !expression.test(text);
    const isUnknown = allowed !== undefined && !allowed.has(text);
    if (!isLong && !isShort && !isOther && !isUnknown) {
      fine = text;
      return FINE;
    }
    return [
      ...(isOther ? [matches(pattern ?? '')] : []),
      ...(isLong ? [lengthAtMost(max)] : []),
      ...(isShort ? [lengthAtLeast(min)] : []),
      ...(isUnknown ? [oneOf(values ?? [])] : []),
    ];
  };
}

function checkNumber(constraint: ConstraintJson): Check | undefined {
  const { min, max, number } = constraint;
  const isDouble = number === 'double';
  if (min === undefined && max === undefined && number !== 'integer') return undefined;
  return (value) => {
    const given = value as number | bigint;
    if (number === 'integer' && typeof given === 'number' && !Number.isInteger(given)) {
      throw serializationError('DECIMAL_VALUE can not be converted to an Integer');
    }
    if (max !== undefined && given > max) return [valueAtMost(printNumber(max, isDouble))];
    if (min !== undefined && given < min) return [valueAtLeast(printNumber(min, isDouble))];
    return FINE;
  };
}

function checkSize(constraint: ConstraintJson, sizeOf: (value: unknown) => number): Check | undefined {
  const { min = 0, max = Number.POSITIVE_INFINITY } = constraint;
  if (min === 0 && max === Number.POSITIVE_INFINITY) return undefined;
  return (value) => {
    const size = sizeOf(value);
    if (size > max) return [lengthAtMost(max)];
    return size < min ? [lengthAtLeast(min)] : FINE;
  };
}

function listLength(value: unknown): number {
  return (value as readonly unknown[]).length;
}

function keyCount(value: unknown): number {
  return Object.keys(value as object).length;
}
