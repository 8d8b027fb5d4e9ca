import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseShardIterator, shardIterator } from './shard-iterator.ts';

describe('shard iterators', () => {
  const sample = {
    streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${'n'.repeat(128)}`,
    streamId: 2 ** 48 - 2,
    shard: 12_345,
    afterPlace: Number.MAX_SAFE_INTEGER,
    madeAtMs: 1_800_000_000_000,
  };

  test('come back as they were, and are as short as AWS lets them be', () => {
    const text = shardIterator(sample);
    expect(parseShardIterator(text)).toEqual(sample);
    expect(text.length).toBeLessThanOrEqual(512);
  });

  test('are told from garbled ones, bit by bit', () => {
    const good = Buffer.from(shardIterator(sample), 'base64');
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bad = Buffer.from(good);
      bad.writeUInt8((bad[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseShardIterator(bad.toString('base64'))).toBeUndefined();
    }
    for (const text of ['', 'x', `${shardIterator(sample)}=`])
      expect(parseShardIterator(text)).toBeUndefined();
  });

  test('with numbers beyond any place are none', () => {
    const forged = Buffer.from(shardIterator(sample), 'base64');
    forged.writeBigUInt64BE(2n ** 64n - 1n, 21);
    forged.writeUInt32BE(crc32(forged.subarray(4)), 0);
    expect(parseShardIterator(forged.toString('base64'))).toBeUndefined();
  });
});
