import type { Shape, StructureShape } from '../schema/shape.ts';
import { encodeBase64 } from './base64.ts';
import { isRecord, setEntry } from './entries.ts';
import type { MemberNames } from './json-read.ts';
import { rawJsonNumber } from './json-text.ts';
import { formatTimestamp, timestampFormat } from './timestamp.ts';

/** Turns a shape's value into what `JSON.stringify` can write. Members the shape doesn't have are left out. */
export function writeJson(shape: Shape, value: unknown, names: MemberNames): unknown {
  switch (shape.kind) {
    case 'simple':
      return writeSimple(shape.type, value);
    case 'structure':
      return writeStructure(shape, value, names);
    case 'list':
      return Array.from(value as Iterable<unknown>, (item) =>
        item === null || item === undefined ? null : writeJson(shape.element.shape, item, names),
      );
    case 'map': {
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value as object)) {
        if (item === undefined) continue;
        setEntry(result, key, item === null ? null : writeJson(shape.value.shape, item, names));
      }
      return result;
    }
  }
}

export function writeStructure(
  shape: StructureShape,
  value: unknown,
  names: MemberNames,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (!isRecord(value)) return result;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const member = item === undefined || item === null ? undefined : shape.byName.get(name);
    if (member === undefined) continue;
    const wireName = names === 'json' ? (member.traits.jsonName ?? name) : name;
    result[wireName] = writeJson(member.shape, item, names);
  }
  return result;
}

function writeSimple(type: string, value: unknown): unknown {
  if (value instanceof Date) {
    const format = timestampFormat(type as 'timestamp', 'epoch');
    return format === 'epoch' ? value.getTime() / 1000 : formatTimestamp(value, format);
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (typeof value === 'bigint') return rawJsonNumber(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
