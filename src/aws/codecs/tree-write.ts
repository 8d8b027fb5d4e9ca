import type { Shape, SimpleShape, StructureShape } from '../schema/shape.ts';
import { isRecord, setEntry } from './entries.ts';

/** What differs between the formats that are written from a tree of values. */
export interface TreeWriter {
  readonly names: 'json' | 'shape';
  writeSimple(shape: SimpleShape, value: unknown): unknown;
}

/** Turns a shape's value into a tree that the format's encoder can write. Members the shape lacks are left out. */
export function writeTree(shape: Shape, value: unknown, writer: TreeWriter): unknown {
  switch (shape.kind) {
    case 'simple':
      return writer.writeSimple(shape, value);
    case 'structure':
      return writeStructure(shape, value, writer);
    case 'list':
      return Array.from(value as Iterable<unknown>, (item) =>
        item === null || item === undefined ? null : writeTree(shape.element.shape, item, writer),
      );
    case 'map': {
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value as object)) {
        if (item === undefined) continue;
        setEntry(result, key, item === null ? null : writeTree(shape.value.shape, item, writer));
      }
      return result;
    }
  }
}

export function writeStructure(
  shape: StructureShape,
  value: unknown,
  writer: TreeWriter,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (!isRecord(value)) return result;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const member = item === undefined || item === null ? undefined : shape.byName.get(name);
    if (member === undefined) continue;
    const wireName = writer.names === 'json' ? (member.traits.jsonName ?? name) : name;
    result[wireName] = writeTree(member.shape, item, writer);
  }
  return result;
}
