import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextInstant, parseSchedule, type Schedule } from './schedule.ts';
import { instantOf, localTime } from './time-zone.ts';

/** Part of a cron expression, and what it says of a local time by itself: nothing of the parser is used. */
interface Part {
  readonly text: string;
  readonly holds: (local: Date) => boolean;
}

const ANY: Part = { text: '*', holds: () => true };

function number(least: number, most: number, of: (local: Date) => number): fc.Arbitrary<Part> {
  const value = fc.integer({ min: least, max: most });
  return fc.oneof(
    fc.constant(ANY),
    value.map((n) => ({ text: String(n), holds: (local: Date) => of(local) === n })),
    fc.tuple(value, value).map(([a, b]): Part => {
      const [from, to] = a < b ? [a, b] : [b, a];
      return { text: `${from}-${to}`, holds: (local) => of(local) >= from && of(local) <= to };
    }),
    fc.tuple(value, fc.integer({ min: 1, max: 30 })).map(([from, step]) => ({
      text: `${from}/${step}`,
      holds: (local: Date) => of(local) >= from && (of(local) - from) % step === 0,
    })),
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((all) => ({
      text: all.join(','),
      holds: (local: Date) => all.includes(of(local)),
    })),
  );
}

const dayOf = (local: Date): number => local.getUTCDate();
const weekdayOf = (local: Date): number => local.getUTCDay() + 1;
const lastOf = (local: Date): number =>
  new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();

const ofMonth: fc.Arbitrary<Part> = fc.oneof(
  number(1, 28, dayOf),
  fc.constant({ text: 'L', holds: (local: Date) => dayOf(local) === lastOf(local) }),
  fc.integer({ min: 2, max: 27 }).map((day) => ({
    text: `${day}W`,
    holds: (local: Date) => {
      const weekday = weekdayOf(local);
      if (weekday === 1 || weekday === 7) return false;
      const isOn = dayOf(local) === day;
      const isFridayBefore = weekday === 6 && dayOf(local) === day - 1;
      const isMondayAfter = weekday === 2 && dayOf(local) === day + 1;
      return isOn || isFridayBefore || isMondayAfter;
    },
  })),
);

const ofWeek: fc.Arbitrary<Part> = fc.oneof(
  number(1, 7, weekdayOf),
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([weekday, nth]) => ({
    text: `${weekday}#${nth}`,
    holds: (local: Date) => weekdayOf(local) === weekday && Math.ceil(dayOf(local) / 7) === nth,
  })),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({
    text: `${weekday}L`,
    holds: (local: Date) => weekdayOf(local) === weekday && dayOf(local) + 7 > lastOf(local),
  })),
);

const days = fc.oneof(
  ofMonth.map((part) => ({ ofMonth: part.text, ofWeek: '?', holds: part.holds })),
  ofWeek.map((part) => ({ ofMonth: '?', ofWeek: part.text, holds: part.holds })),
);

const crons = fc
  .record({
    minute: number(0, 59, (local) => local.getUTCMinutes()),
    hour: number(0, 23, (local) => local.getUTCHours()),
    day: days,
    month: fc.oneof(
      fc.constant(ANY),
      number(1, 12, (local) => local.getUTCMonth() + 1),
    ),
  })
  .map(({ minute, hour, day, month }) => ({
    text: `cron(${minute.text} ${hour.text} ${day.ofMonth} ${month.text} ${day.ofWeek} *)`,
    holds: (local: Date) => [minute, hour, day, month].every((part) => part.holds(local)),
  }));

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
);
const instants = fc
  .integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) })
  .map((at) => Math.floor(at / 1000) * 1000);
const MINUTE_MS = 60_000;

function read(text: string): Schedule {
  const schedule = parseSchedule(text);
  if (schedule === undefined) throw new Error(`${text} cannot be read.`);
  return schedule;
}

test('a cron expression in UTC is next due at the first minute that it describes', () => {
  fc.assert(
    fc.property(crons, instants, ({ text, holds }, after) => {
      const next = nextInstant(read(text), after, { timeZone: 'UTC', anchorMs: 0 });
      const end = Math.min(next ?? Infinity, after + 40 * 1440 * MINUTE_MS);
      let at = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      for (; at < end; at += MINUTE_MS) if (holds(new Date(at))) break;
      if (end === next) {
        expect(at).toBe(next);
        expect(holds(new Date(at))).toBe(true);
      } else expect(at).toBeGreaterThanOrEqual(end);
    }),
    { numRuns: 150 },
  );
});

test('in any zone, clocks show a time of the schedule when it is due, and for the first time', () => {
  fc.assert(
    fc.property(crons, zones, instants, ({ text, holds }, timeZone, after) => {
      const next = nextInstant(read(text), after, { timeZone, anchorMs: 0 });
      if (next === undefined) return;
      expect(next).toBeGreaterThan(after);
      const local = localTime(next, timeZone);
      expect(holds(new Date(local))).toBe(true);
      expect(local % MINUTE_MS).toBe(0);
      expect(instantOf(local, timeZone)).toBe(next);
    }),
    { numRuns: 300 },
  );
});

test('in any zone, no minute in between is one of the schedule for the first time', () => {
  fc.assert(
    fc.property(crons, zones, instants, ({ text, holds }, timeZone, after) => {
      const next = nextInstant(read(text), after, { timeZone, anchorMs: 0 }) ?? Infinity;
      const end = Math.min(next, after + 3 * 1440 * MINUTE_MS);
      for (let at = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS; at < end; at += MINUTE_MS) {
        const local = localTime(at, timeZone);
        expect(holds(new Date(local)) && instantOf(local, timeZone) === at).toBe(false);
      }
    }),
    { numRuns: 20 },
  );
});

test('an instant is told by its local time unless clocks show that a second time', () => {
  fc.assert(
    fc.property(instants, zones, (at, timeZone) => {
      const back = instantOf(localTime(at, timeZone), timeZone);
      expect(back).toBeDefined();
      expect(at - (back ?? 0)).toSatisfy(
        (late: number) => late === 0 || late === 3_600_000 || late === 1_800_000,
      );
    }),
  );
});

test('a rate is due a whole number of periods after its anchor, and never more than one ahead', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5000 }), instants, instants, (count, after, anchorMs) => {
      const period = count * MINUTE_MS;
      const next = nextInstant(read(`rate(${count} minutes)`), after, { timeZone: 'UTC', anchorMs }) ?? 0;
      expect((next - anchorMs) % period).toBe(0);
      expect(next).toBeGreaterThan(Math.max(after, anchorMs));
      expect(next - Math.max(after, anchorMs)).toBeLessThanOrEqual(period);
    }),
  );
});

test('no text makes the parser fail', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'cron',
      'rate',
      'at',
      '(',
      ')',
      ' ',
      '*',
      '?',
      '/',
      '-',
      ',',
      'L',
      'W',
      '#',
      '5',
      'MON',
      '2026',
    ),
  );
  fc.assert(
    fc.property(
      pieces.map((all) => all.join('')),
      (text) => {
        const schedule = parseSchedule(text);
        expect(schedule === undefined || ['cron', 'rate', 'at'].includes(schedule.kind)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
