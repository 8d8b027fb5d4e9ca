import type { ListShape, MapShape, Shape, SimpleShape, StructureShape } from '../schema/shape.ts';
import { decodeBase64 } from './base64.ts';
import { isRecord, setEntry } from './entries.ts';
import { describeJson } from './json-kind.ts';
import { serializationError } from './serialization-error.ts';
import { NUMBER_WORDS } from './text.ts';
import { epochDate, parseTimestamp, timestampFormat } from './timestamp.ts';

/** Which of the two JSON dialects names the members: restJson1 may rename them. */
export type MemberNames = 'json' | 'shape';

/**
 * Reads a parsed JSON value as a shape. Unknown members are left out, absent and null members stay absent; the nulls
 * of a list stay, so that validation can name them. Throws SerializationException in AWS's words.
 */
export function readJson(shape: Shape, value: unknown, names: MemberNames): unknown {
  switch (shape.kind) {
    case 'simple':
      return readSimple(shape, value);
    case 'structure':
      return readStructure(shape, value, names);
    case 'list':
      return readList(shape, value, names);
    case 'map':
      return readMap(shape, value, names);
  }
}

export function readStructure(
  shape: StructureShape,
  value: unknown,
  names: MemberNames,
): Record<string, unknown> {
  if (!isRecord(value)) throw serializationError(`Expected null or a structure, got ${describeJson(value)}`);
  const members = names === 'json' ? shape.byJsonName : shape.byName;
  const result: Record<string, unknown> = {};
  let count = 0;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const member = item === null ? undefined : members.get(name);
    if (member === undefined) continue;
    result[member.name] = readJson(member.shape, item, names);
    count++;
  }
  if (shape.union && count !== 1) throw serializationError(`Exactly one member of ${shape.name} must be set`);
  return result;
}

function readList(shape: ListShape, value: unknown, names: MemberNames): unknown[] {
  if (!Array.isArray(value)) throw serializationError(`Expected list or null, got ${describeJson(value)}`);
  const element = shape.element.shape;
  return value.map((item: unknown) => (item === null ? null : readJson(element, item, names)));
}

function readMap(shape: MapShape, value: unknown, names: MemberNames): Record<string, unknown> {
  if (!isRecord(value)) throw serializationError(`Expected map or null, got ${describeJson(value)}`);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    setEntry(result, key, item === null ? null : readJson(shape.value.shape, item, names));
  }
  return result;
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

function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const word =
    typeof value === 'string' && Object.hasOwn(NUMBER_WORDS, value) ? NUMBER_WORDS[value] : undefined;
  if (word === undefined) throw mismatch(value, 'an Integer');
  return word;
}

function readBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw mismatch(value, 'a BigInteger');
}

function mismatch(value: unknown, wanted: string): Error {
  if (isRecord(value)) return serializationError('Start of structure or map found where not expected.');
  if (Array.isArray(value)) return serializationError('Start of list found where not expected');
  return serializationError(`${describeJson(value)} can not be converted to ${wanted}`);
}
