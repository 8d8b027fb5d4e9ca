import { describe, expect, test } from 'vitest';
import { chunksOf, recordBytes, type RecordContent, recordsOf } from './record-chunk.ts';

function record(partitionKey: string, size: number): RecordContent {
  return { partitionKey, data: Buffer.alloc(size, partitionKey) };
}

describe('chunks of records', () => {
  const samples: Record<string, readonly RecordContent[]> = {
    none: [],
    'one that is empty': [record('k', 0)],
    'keys of any script': [record('schlüssel', 3), record('鍵'.repeat(256), 5), record('🗝', 0)],
    'more than one chunk holds': Array.from({ length: 1_300 }, (_, index) => record(`k${index}`, 7)),
    'large ones among small ones': [
      record('a', 10),
      record('b', 900_000),
      record('c', 10),
      record('d', 200_000),
    ],
  };

  for (const [name, records] of Object.entries(samples)) {
    test(`come out as they went in: ${name}`, () => {
      const chunks = chunksOf(records);
      const read = chunks.flatMap(({ contents }) => [...recordsOf(contents, 0)]);
      expect(read.map(({ partitionKey, data }) => [partitionKey, data.toString()])).toEqual(
        records.map(({ partitionKey, data }) => [partitionKey, data.toString()]),
      );
      expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(records.length);
      expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
        records.reduce((sum, one) => sum + recordBytes(one), 0),
      );
      for (const { records: count, bytes } of chunks) expect(count === 1 || bytes <= 262_144).toBe(true);
    });
  }

  test('are read from any record on', () => {
    const [chunk] = chunksOf([record('a', 1), record('b', 2), record('c', 3)]);
    const keys = (skip: number): string[] =>
      [...recordsOf(chunk?.contents ?? new Uint8Array(), skip)].map(({ partitionKey }) => partitionKey);
    expect(keys(1)).toEqual(['b', 'c']);
    expect(keys(3)).toEqual([]);
  });
});
