import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkUpload, sortOut } from './upload-checks.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;

describe('sortOut', () => {
  test('takes exactly the events of the time window', () => {
    const days = fc.array(fc.double({ min: -20, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(days, fc.constantFrom(null, 1, 7, 30), (offsets, retention) => {
        const events = offsets
          .map((offset) => ({ timestampMs: Math.round(NOW_MS + offset * DAY_MS), message: 'x' }))
          .toSorted((a, b) => a.timestampMs - b.timestampMs);
        const oldestMs = NOW_MS - Math.min(14, retention ?? 14) * DAY_MS;
        const expected = events.filter(
          ({ timestampMs }) => timestampMs >= oldestMs && timestampMs <= NOW_MS + 7_200_000,
        );
        const { accepted, rejected } = sortOut(events, NOW_MS, retention);
        expect(accepted).toEqual(expected);
        expect(rejected === undefined).toBe(expected.length === events.length);
      }),
    );
  });

  test('names where the rejected ones end and begin', () => {
    const events = [-15, -14.5, -2, 0, 0.2].map((offset) => ({
      timestampMs: NOW_MS + offset * DAY_MS,
      message: 'x',
    }));
    expect(sortOut(events, NOW_MS, 1).rejected).toEqual({
      tooOldLogEventEndIndex: 2,
      expiredLogEventEndIndex: 3,
      tooNewLogEventStartIndex: 4,
    });
  });
});

describe('checkUpload', () => {
  test.each([
    [
      [{ timestampMs: 1, message: 'x'.repeat(1_048_551) }],
      'Log event too large: 1048577 bytes exceeds limit of 1048576',
    ],
    [
      [
        { timestampMs: 1, message: 'x'.repeat(600_000) },
        { timestampMs: 1, message: 'é'.repeat(300_000) },
      ],
      'Upload too large: 1200052 bytes exceeds limit of 1048576',
    ],
    [
      [
        { timestampMs: 2, message: 'x' },
        { timestampMs: 1, message: 'x' },
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      [
        { timestampMs: 1, message: 'x' },
        { timestampMs: DAY_MS + 2, message: 'x' },
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
  ])('refuses upload %#', (events, message) => {
    expect(() => checkUpload(events)).toThrow(message);
  });

  test('takes an upload at the limit', () => {
    expect(() => checkUpload([{ timestampMs: 1, message: 'x'.repeat(1_048_550) }])).not.toThrow();
  });
});
