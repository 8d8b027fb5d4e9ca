import type { SimpleShape, StructureShape } from '../schema/shape.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { rawJsonNumber } from './json-text.ts';
import { NUMBER_WORDS } from './text.ts';
import { epochDate, formatTimestamp, parseTimestamp, timestampFormat } from './timestamp.ts';
import { mismatch, readStructure } from './tree-read.ts';
import type { TreeReader } from './tree-read.ts';
import { writeStructure } from './tree-write.ts';
import type { TreeWriter } from './tree-write.ts';

/** JSON's two dialects: restJson1 may rename members, the RPC protocols never do. */
export type JsonDialect = 'json' | 'shape';

const readers: Readonly<Record<JsonDialect, TreeReader>> = {
  json: { names: 'json', readSimple },
  shape: { names: 'shape', readSimple },
};
const writers: Readonly<Record<JsonDialect, TreeWriter>> = {
  json: { names: 'json', writeSimple },
  shape: { names: 'shape', writeSimple },
};

/** @param value what `parseJson` gave */
export function readJson(
  shape: StructureShape,
  value: unknown,
  dialect: JsonDialect,
): Record<string, unknown> {
  return readStructure(shape, value, readers[dialect]);
}

export function writeJson(shape: StructureShape, value: unknown, dialect: JsonDialect): string {
  return JSON.stringify(jsonTree(shape, value, dialect));
}

/** What `writeJson` writes, before it is text. */
export function jsonTree(
  shape: StructureShape,
  value: unknown,
  dialect: JsonDialect,
): Record<string, unknown> {
  return writeStructure(shape, value, writers[dialect]);
}

function readSimple(shape: SimpleShape, value: unknown): unknown {
  switch (shape.type) {
    case 'string':
      if (typeof value === 'string') return value;
      throw mismatch(value, 'a String');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw mismatch(value, 'a Boolean');
    case 'number':
    case 'bigdecimal':
      return readNumber(value);
    case 'bigint':
      return readBigInt(value);
    case 'blob':
    case 'stream':
      if (typeof value === 'string') return decodeBase64(value);
      throw mismatch(value, 'a Blob');
    case 'document':
      return value;
    case 'timestamp':
    case 'date-time':
    case 'http-date':
    case 'epoch':
      if (typeof value === 'number') return epochDate(value);
      if (typeof value === 'string') return parseTimestamp(value, timestampFormat(shape.type, 'epoch'));
      throw mismatch(value, 'a Timestamp');
  }
}

export function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const word =
    typeof value === 'string' && Object.hasOwn(NUMBER_WORDS, value) ? NUMBER_WORDS[value] : undefined;
  if (word === undefined) throw mismatch(value, 'an Integer');
  return word;
}

export function readBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw mismatch(value, 'a BigInteger');
}

function writeSimple(shape: SimpleShape, value: unknown): unknown {
  if (value instanceof Date) {
    const format = timestampFormat(shape.type, 'epoch');
    return format === 'epoch' ? value.getTime() / 1000 : formatTimestamp(value, format);
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (typeof value === 'bigint') return rawJsonNumber(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
