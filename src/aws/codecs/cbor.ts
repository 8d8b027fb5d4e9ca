import type { SimpleShape, StructureShape } from '../schema/shape.ts';
import { decodeCbor, Tagged } from './cbor-decode.ts';
import { encodeCbor } from './cbor-encode.ts';
import { readBigInt, readNumber } from './json.ts';
import { epochDate } from './timestamp.ts';
import { mismatch, readStructure } from './tree-read.ts';
import type { TreeReader } from './tree-read.ts';
import { writeStructure } from './tree-write.ts';
import type { TreeWriter } from './tree-write.ts';

const reader: TreeReader = { names: 'shape', readSimple };
const writer: TreeWriter = { names: 'shape', writeSimple: (_shape, value) => value };

export function readCbor(shape: StructureShape, body: Uint8Array): Record<string, unknown> {
  return readStructure(shape, decodeCbor(body), reader);
}

/** @param more entries beside the shape's own members */
export function writeCbor(shape: StructureShape, value: unknown, more?: Record<string, unknown>): Uint8Array {
  return encodeCbor({ ...more, ...writeStructure(shape, value, writer) });
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
      if (value instanceof Uint8Array) return value;
      throw mismatch(value, 'a Blob');
    case 'document':
      return value;
    case 'timestamp':
    case 'date-time':
    case 'http-date':
    case 'epoch': {
      const seconds = value instanceof Tagged ? value.value : value;
      if (typeof seconds === 'number' || typeof seconds === 'bigint') return epochDate(Number(seconds));
      throw mismatch(seconds, 'a Timestamp');
    }
  }
}
