import type { SimpleShape, StructureShape } from '../schema/shape.ts';
import { decodeCbor, Tagged } from './cbor-decode.ts';
import { encodeCbor } from './cbor-encode.ts';
import { readBigInt, readNumber } from './json.ts';
import { epochDate } from './timestamp.ts';
import { mismatch, readStructure } from './tree-read.ts';
import type { TreeReader } from './tree-read.ts';
import { writeStructure } from './tree-write.ts';
import type { TreeWriter } from './tree-write.ts';

/** What times count: seconds, under a tag, or milliseconds, as older SDKs have them. */
export type CborTimes = 'seconds' | 'milliseconds';

const readers: Readonly<Record<CborTimes, TreeReader>> = {
  seconds: { names: 'shape', readSimple: (shape, value) => readSimple(shape, value, 1) },
  milliseconds: { names: 'shape', readSimple: (shape, value) => readSimple(shape, value, 1000) },
};
const writers: Readonly<Record<CborTimes, TreeWriter>> = {
  seconds: { names: 'shape', writeSimple: (_shape, value) => value },
  milliseconds: {
    names: 'shape',
    writeSimple: (_shape, value) => (value instanceof Date ? value.getTime() : value),
  },
};

export function readCbor(
  shape: StructureShape,
  body: Uint8Array,
  times: CborTimes = 'seconds',
): Record<string, unknown> {
  return readStructure(shape, decodeCbor(body), readers[times]);
}

/** @param more entries beside the shape's own members */
export function writeCbor(
  shape: StructureShape,
  value: unknown,
  more?: Record<string, unknown>,
  times: CborTimes = 'seconds',
): Uint8Array {
  return encodeCbor({ ...more, ...writeStructure(shape, value, writers[times]) });
}

/** @param perSecond how many of a time's units make up a second */
function readSimple(shape: SimpleShape, value: unknown, perSecond: number): unknown {
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
      const time = value instanceof Tagged ? value.value : value;
      if (typeof time === 'number' || typeof time === 'bigint') return epochDate(Number(time) / perSecond);
      throw mismatch(time, 'a Timestamp');
    }
  }
}
