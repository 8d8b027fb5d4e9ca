import { array, assert, constantFrom, nat, option, property, record, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { FramedRecords } from './framed-records.ts';
import { LARGEST_EVENT_BYTES } from './line-splitter.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** As AWS's clients write it. */
function framed(message: Buffer, level?: string, isTimed = true): Buffer {
  const header = Buffer.alloc(isTimed ? 16 : 8);
  const bits = level === undefined ? 0 : LEVELS.indexOf(level) + 1;
  header.writeUInt32BE(0xa55a_0001 + (isTimed ? 2 : 0) + (bits << 2), 0);
  header.writeUInt32BE(message.length, 4);
  if (isTimed) header.writeBigUInt64BE(1_700_000_000_000_000n, 8);
  return Buffer.concat([header, message]);
}

function read(chunks: readonly Buffer[]) {
  const records: { readonly text: string; readonly level: string | undefined }[] = [];
  const texts: string[] = [];
  const reader = new FramedRecords({
    onRecord: (message, level) => records.push({ text: message.toString('latin1'), level }),
    onText: (bytes) => texts.push(bytes.toString('latin1')),
  });
  for (const chunk of chunks) reader.push(chunk);
  return { records, text: texts.join('') };
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('finds the same records however the bytes are cut', () => {
  const one = record({
    message: uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    level: option(constantFrom(...LEVELS), { nil: undefined }),
    isTimed: constantFrom(true, false),
  });
  assert(
    property(array(one, { maxLength: 6 }), array(nat(500), { maxLength: 12 }), (all, places) => {
      const bytes = Buffer.concat(all.map(({ message, level, isTimed }) => framed(message, level, isTimed)));
      const expected = all.map(({ message, level }) => ({
        text: message.toString('latin1').replace(/\n$/, ''),
        level,
      }));
      expect(read(cutAt(bytes, places))).toEqual({ records: expected, text: '' });
    }),
    { numRuns: 500 },
  );
});

test('what is no record is text, from there to the end', () => {
  const before = framed(Buffer.from('whole'), 'WARN');
  for (const text of ['plain\n', '\xa5', '\xa5\x5b1234567890', 'x\xa5\x5a\0\x03'])
    assert(
      property(array(nat(60), { maxLength: 8 }), (places) => {
        const bytes = Buffer.concat([before, Buffer.from(text, 'latin1')]);
        const found = read(cutAt(bytes, places));
        expect(found.records).toEqual([{ text: 'whole', level: 'WARN' }]);
        // The first byte of a record that never came.
        expect(found.text).toBe(text === '\xa5' ? '' : text);
      }),
    );
});

test('of a record over the size of an event no more is kept, and the next is found', () => {
  const large = framed(Buffer.alloc(5 << 20, 'x'));
  const { records } = read(cutAt(Buffer.concat([large, framed(Buffer.from('next'))]), [1 << 20, 3 << 20]));
  expect(records.map(({ text }) => text.length)).toEqual([LARGEST_EVENT_BYTES + 1, 4]);
});
