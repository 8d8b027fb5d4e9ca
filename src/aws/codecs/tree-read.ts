import type { ListShape, MapShape, Shape, SimpleShape, StructureShape } from '../schema/shape.ts';
import { isRecord, setEntry } from './entries.ts';
import { describeJson } from './json-kind.ts';
import { serializationError } from './serialization-error.ts';
import { unionError } from './union-error.ts';

/** What differs between the formats that parse into a tree of values: JSON in its two dialects, and CBOR. */
export interface TreeReader {
  /** restJson1 renames members; everything else uses the names of the shapes. */
  readonly names: 'json' | 'shape';
  readSimple(shape: SimpleShape, value: unknown): unknown;
}

/**
 * Reads a parsed value as a shape. Unknown members are left out, absent and null members stay absent; the nulls of
 * lists and maps stay, so that validation can name them. Throws SerializationException in AWS's words.
 */
export function readTree(shape: Shape, value: unknown, reader: TreeReader): unknown {
  switch (shape.kind) {
    case 'simple':
      return reader.readSimple(shape, value);
    case 'structure':
      return readStructure(shape, value, reader);
    case 'list':
      return readList(shape, value, reader);
    case 'map':
      return readMap(shape, value, reader);
  }
}

export function readStructure(
  shape: StructureShape,
  value: unknown,
  reader: TreeReader,
): Record<string, unknown> {
  if (!isRecord(value)) throw serializationError(`Expected null or a structure, got ${describeJson(value)}`);
  const members = reader.names === 'json' ? shape.byJsonName : shape.byName;
  const result: Record<string, unknown> = {};
  let count = 0;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const member = item === null || item === undefined ? undefined : members.get(name);
    if (member === undefined) continue;
    result[member.name] = readTree(member.shape, item, reader);
    count++;
  }
  if (shape.union && count !== 1) throw unionError(shape, count);
  return result;
}

function readList(shape: ListShape, value: unknown, reader: TreeReader): unknown[] {
  if (!Array.isArray(value)) throw serializationError(`Expected list or null, got ${describeJson(value)}`);
  const element = shape.element.shape;
  return value.map((item: unknown) => (item === null ? null : readTree(element, item, reader)));
}

function readMap(shape: MapShape, value: unknown, reader: TreeReader): Record<string, unknown> {
  if (!isRecord(value)) throw serializationError(`Expected map or null, got ${describeJson(value)}`);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    setEntry(result, key, item === null ? null : readTree(shape.value.shape, item, reader));
  }
  return result;
}

/** The error for a value of the wrong type. */
export function mismatch(value: unknown, wanted: string): Error {
  if (isRecord(value)) return serializationError('Start of structure or map found where not expected.');
  if (Array.isArray(value)) return serializationError('Start of list found where not expected');
  return serializationError(`${describeJson(value)} can not be converted to ${wanted}`);
}
