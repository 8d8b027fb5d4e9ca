import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSegment, parseSegmentName, sealedName } from './segment-info.ts';

test('a sealed name carries all numbers', () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(fc.tuple(number, number, number, number, number, number, number), (numbers) => {
      const [firstArrival, minTimestampMs, maxTimestampMs, lastIngestionMs, count, messageBytes, fileBytes] =
        numbers;
      const info = {
        fileName: '',
        firstArrival,
        minTimestampMs,
        maxTimestampMs,
        lastIngestionMs,
        count,
        messageBytes,
        fileBytes,
      };
      const fileName = sealedName(info);
      expect(parseSegmentName(fileName)).toEqual({ info: { ...info, fileName }, sealed: true });
    }),
  );
});

test('an open name says that the numbers are inside', () => {
  const info = openSegment(42);
  expect(parseSegmentName(info.fileName)).toEqual({ info, sealed: false });
});

test.each(['', 'x.log', '1.open~', '1-2.log', '.open'])('%s is no segment', (name) => {
  expect(parseSegmentName(name)).toBeUndefined();
});
