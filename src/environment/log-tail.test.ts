import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogTail } from './log-tail.ts';

test('is the last 4096 bytes of all lines', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 50 }),
    fc.string({ minLength: 500, maxLength: 9000 }),
  );
  const property = fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
    const tail = new LogTail();
    for (const each of lines) tail.add(each);
    const all = Buffer.from(lines.map((each) => `${each}\n`).join(''));
    expect(Buffer.from(tail.take()).equals(all.subarray(-4096))).toBe(true);
  });
  fc.assert(property, { numRuns: 200 });
});
