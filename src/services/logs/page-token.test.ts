import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventId, eventsToken, listToken, readEventsToken, readListToken } from './page-token.ts';

const place = fc.record({
  timestampMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  arrival: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});

test('tokens read back as what they were made of', () => {
  fc.assert(
    fc.property(
      place,
      fc.constantFrom('f' as const, 'b' as const),
      fc.string(),
      fc.nat(),
      (at, way, text, number) => {
        expect(readEventsToken(eventsToken(way, at))).toEqual({ direction: way, place: at });
        expect(readListToken(listToken(text, number), 2)).toEqual([text, number]);
      },
    ),
  );
});

test('event ids have 56 digits and sort like the events', () => {
  fc.assert(
    fc.property(place, place, (a, b) => {
      const inOrder = a.timestampMs - b.timestampMs || a.arrival - b.arrival;
      const [first, second] = [eventId(a), eventId(b)];
      expect(first).toMatch(/^\d{56}$/);
      expect(Math.sign(inOrder)).toBe(first === second ? 0 : first < second ? -1 : 1);
    }),
  );
});

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readEventsToken(text)).toThrow('The specified nextToken is invalid.');
      expect(() => readListToken(text, 2)).toThrow('The specified nextToken is invalid.');
    }),
  );
});
