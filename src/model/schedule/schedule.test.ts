import { describe, expect, test } from 'vitest';
import { nextInstant, parseSchedule } from './schedule.ts';
import { isTimeZone } from './time-zone.ts';

/** The next few times after a moment, as a UTC clock shows them. */
function times(expression: string, after: string, count = 3, timeZone = 'UTC', anchor = after): string[] {
  const schedule = parseSchedule(expression);
  if (schedule === undefined) throw new Error(`${expression} cannot be read.`);
  const found: string[] = [];
  let at: number | undefined = Date.parse(after);
  for (let i = 0; i < count; i += 1) {
    at = nextInstant(schedule, at, { timeZone, anchorMs: Date.parse(anchor) });
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('cron', () => {
  test.each<[string, string[]]>([
    ['0/15 9 * * ? *', ['2026-01-01T09:00', '2026-01-01T09:15', '2026-01-01T09:30']],
    ['*/30 * * * ? *', ['2026-01-01T00:30', '2026-01-01T01:00', '2026-01-01T01:30']],
    ['0 8 1 * ? *', ['2026-01-01T08:00', '2026-02-01T08:00', '2026-03-01T08:00']],
    ['0 18 ? * MON-FRI *', ['2026-01-01T18:00', '2026-01-02T18:00', '2026-01-05T18:00']],
    ['0 0 ? * fri-mon *', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['30 22-1/3 1 1 ? *', ['2026-01-01T01:30', '2026-01-01T22:30', '2027-01-01T01:30']],
    ['15 10 ? * 6L 2026-2027', ['2026-01-30T10:15', '2026-02-27T10:15', '2026-03-27T10:15']],
    ['0 0 ? * L *', ['2026-01-03T00:00', '2026-01-10T00:00', '2026-01-17T00:00']],
    ['0 0 ? * TUE#5 *', ['2026-03-31T00:00', '2026-06-30T00:00', '2026-09-29T00:00']],
    ['0 0 ? JAN,MAR 3#2 *', ['2026-01-13T00:00', '2026-03-10T00:00', '2027-01-12T00:00']],
    ['0 0 L * ? *', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['0 0 L-2 * ? *', ['2026-01-29T00:00', '2026-02-26T00:00', '2026-03-29T00:00']],
    ['0 0 LW * ? *', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00']],
    // The first of the month may be a Saturday, and the last a Sunday: a weekday of the same month is taken.
    ['0 0 1W 8 ? *', ['2026-08-03T00:00', '2027-08-02T00:00', '2028-08-01T00:00']],
    ['0 0 31W * ? *', ['2026-01-30T00:00', '2026-03-31T00:00', '2026-05-29T00:00']],
    ['0 0 29 2 ? *', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['0 12 * * ? 2024,2027/5', ['2027-01-01T12:00', '2027-01-02T12:00', '2027-01-03T12:00']],
    ['0 0 1 1 ? 2020', []],
    ['0 0 30 2 ? *', []],
  ])('%s', (fields, expected) => {
    expect(times(`cron(${fields})`, '2026-01-01T00:00:00Z')).toEqual(
      // The moment itself is not after itself.
      expected.filter((time) => time !== '2026-01-01T00:00'),
    );
  });

  test.each([
    '* * * * * *',
    '* * ? * ? *',
    '0 0 1 * ?',
    '0 0 1 * ? * *',
    '60 * * * ? *',
    '* 24 * * ? *',
    '* * 0 * ? *',
    '* * 32 * ? *',
    '* * * 13 ? *',
    '* * ? * 8 *',
    '* * ? * 0 *',
    '* * * * ? 1969',
    '* * * * ? 2200',
    '* * * * ? 2027-2026',
    '? * * * ? *',
    '*/0 * * * ? *',
    '1/2/3 * * * ? *',
    '1-2-3 * * * ? *',
    '-1 * * * ? *',
    ', * * * ? *',
    '* * ? * 3#6 *',
    '* * ? * 3#0 *',
    '* * 32W * ? *',
    '* * W * ? *',
    '* * L-31 * ? *',
    '* * 3#2 * ? *',
    '* * ? * 3W *',
    '* * * FOO ? *',
    '',
  ])('refuses %s', (fields) => {
    expect(parseSchedule(`cron(${fields})`)).toBeUndefined();
  });
});

describe('time zones', () => {
  const zone = 'America/New_York';

  test('a time that clocks skip is left out', () => {
    expect(times('cron(30 2 * * ? *)', '2026-03-07T00:00:00Z', 3, zone)).toEqual([
      '2026-03-07T07:30',
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
  });

  test('of a time that clocks show twice only the first counts', () => {
    expect(times('cron(30 1 * * ? *)', '2026-10-31T06:00:00Z', 3, zone)).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
      '2026-11-03T06:30',
    ]);
    expect(times('cron(0/30 * * * ? *)', '2026-11-01T05:00:00Z', 3, zone)).toEqual([
      '2026-11-01T05:30',
      '2026-11-01T07:00',
      '2026-11-01T07:30',
    ]);
  });

  test('may be off by less than an hour, and set by less', () => {
    expect(times('cron(0 12 * * ? *)', '2026-01-01T00:00:00Z', 1, 'Asia/Kathmandu')).toEqual([
      '2026-01-01T06:15',
    ]);
    // From 2:00 to 2:30.
    expect(times('cron(15,45 2 4 10 ? *)', '2026-10-01T00:00:00Z', 1, 'Australia/Lord_Howe')).toEqual([
      '2026-10-03T15:45',
    ]);
  });

  test.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['Mars/Olympus', false],
    ['+01:00', false],
    ['', false],
  ])('%s is one: %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});

describe('at', () => {
  test('is once, by the clocks of the zone', () => {
    expect(times('at(2026-06-01T12:00:00)', '2026-01-01T00:00:00Z')).toEqual(['2026-06-01T12:00']);
    expect(times('at(2026-06-01T12:00:00)', '2026-01-01T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-06-01T10:00',
    ]);
    expect(times('at(2026-06-01T12:00:00)', '2026-06-01T12:00:00Z')).toEqual([]);
    // A time that clocks skip comes as much later as they are set forward.
    expect(times('at(2026-03-08T02:30:00)', '2026-01-01T00:00:00Z', 1, 'America/New_York')).toEqual([
      '2026-03-08T07:30',
    ]);
  });

  test.each([
    '2026-02-30T00:00:00',
    '2026-02-03',
    '2026-02-03T00:00:00Z',
    '2026-13-01T00:00:00',
    '2026-01-01T24:00:00',
    '2026-01-01T00:60:00',
  ])('refuses %s', (text) => {
    expect(parseSchedule(`at(${text})`)).toBeUndefined();
  });
});

describe('rate', () => {
  test('counts from its anchor', () => {
    const anchor = '2026-01-01T00:07:00Z';
    expect(times('rate(5 minutes)', '2026-01-01T01:00:00Z', 2, 'UTC', anchor)).toEqual([
      '2026-01-01T01:02',
      '2026-01-01T01:07',
    ]);
    expect(times('rate(1 hour)', '2026-01-01T01:07:00Z', 1, 'UTC', anchor)).toEqual(['2026-01-01T02:07']);
    // Not at its anchor, and not before.
    expect(times('rate(1 day)', '2025-12-01T00:00:00Z', 1, 'UTC', anchor)).toEqual(['2026-01-02T00:07']);
  });

  test.each(['0 minutes', '1 minutes', '2 minute', '1 second', '-1 minutes', '1.5 hours', 'minute', ''])(
    'refuses %s',
    (text) => {
      expect(parseSchedule(`rate(${text})`)).toBeUndefined();
    },
  );
});

test.each(['', 'rate', 'every(1 minute)', 'rate(1 minute', ' rate(1 minute)', 'cron(* * * * ? *))'])(
  'refuses %j',
  (text) => {
    expect(parseSchedule(text)).toBeUndefined();
  },
);
