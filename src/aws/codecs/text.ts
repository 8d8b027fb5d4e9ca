import type { Shape } from '../schema/shape.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { serializationError } from './serialization-error.ts';
import { formatTimestamp, parseTimestamp, timestampFormat } from './timestamp.ts';
import type { TimestampFormat } from './timestamp.ts';

/** Numbers that JSON cannot write and every text form spells alike. */
export const NUMBER_WORDS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Reads a simple value from text: a label, a query parameter, a header, XML character data. */
export function readText(shape: Shape, text: string, placeFormat: TimestampFormat): unknown {
  if (shape.kind !== 'simple') throw serializationError('A simple value was expected');
  switch (shape.type) {
    case 'string':
    case 'document':
      return text;
    case 'boolean':
      return readBoolean(text);
    case 'number':
    case 'bigdecimal':
      return readNumber(text);
    case 'bigint':
      return readBigInt(text);
    case 'blob':
    case 'stream':
      return decodeBase64(text);
    case 'timestamp':
    case 'date-time':
    case 'http-date':
    case 'epoch':
      return parseTimestamp(text.trim(), timestampFormat(shape.type, placeFormat));
  }
}

export function writeText(shape: Shape, value: unknown, placeFormat: TimestampFormat): string {
  if (value instanceof Date) {
    return formatTimestamp(
      value,
      shape.kind === 'simple' ? timestampFormat(shape.type, placeFormat) : placeFormat,
    );
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  return String(value);
}

function readBoolean(text: string): boolean {
  const word = text.trim();
  if (word === 'true' || word === 'True') return true;
  if (word === 'false' || word === 'False') return false;
  throw serializationError(`'${text}' can not be converted to a Boolean`);
}

function readNumber(text: string): number {
  const trimmed = text.trim();
  if (Object.hasOwn(NUMBER_WORDS, trimmed)) return NUMBER_WORDS[trimmed] ?? Number.NaN;
  const value = Number(trimmed);
  if (trimmed === '' || Number.isNaN(value))
    throw serializationError(`'${text}' can not be converted to a number`);
  return value;
}

function readBigInt(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) throw serializationError(`'${text}' can not be converted to an integer`);
  return BigInt(trimmed);
}
