import { expect, test } from 'vitest';
import { nextDueMs, type StoredSchedule } from './stored-schedule.ts';

const at = (text: string): number => Date.parse(text);
const created = at('2026-03-01T00:00:00Z');

function dueTimes(change: Partial<StoredSchedule>, fromMs: number, most: number): string[] {
  const schedule: StoredSchedule = {
    accountId: '000000000000',
    region: 'us-east-1',
    group: 'default',
    name: 's',
    expression: 'rate(1 day)',
    timeZone: 'UTC',
    state: 'ENABLED',
    actionAfterCompletion: 'NONE',
    window: { Mode: 'OFF' },
    target: { Arn: '', RoleArn: '' },
    createdAtMs: created,
    modifiedAtMs: created,
    ...change,
  };
  const times: string[] = [];
  let next = nextDueMs(schedule, fromMs);
  while (next !== undefined && times.length < most) {
    times.push(new Date(next).toISOString());
    next = nextDueMs(schedule, next);
  }
  return times;
}

test('a rate counts from the schedule’s making, or from its start, which is the first', () => {
  expect(dueTimes({}, created, 2)).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z']);
  const startMs = at('2026-03-05T06:00:00Z');
  expect(dueTimes({ startMs }, created, 2)).toEqual(['2026-03-05T06:00:00.000Z', '2026-03-06T06:00:00.000Z']);
});

test('nothing is due before the start or after the end', () => {
  const startMs = at('2026-03-05T12:00:00Z');
  const endMs = at('2026-03-07T12:00:00Z');
  const times = dueTimes({ expression: 'cron(0 12 * * ? *)', startMs, endMs }, created, 10);
  expect(times).toEqual(['2026-03-05T12:00:00.000Z', '2026-03-06T12:00:00.000Z', '2026-03-07T12:00:00.000Z']);
});

test('noon stays noon when clocks change, in each zone at its own time', () => {
  const noon = (timeZone: string, fromMs: number): string[] =>
    dueTimes({ expression: 'cron(0 12 * * ? *)', timeZone }, fromMs, 3);
  expect(noon('America/New_York', at('2026-03-07T00:00:00Z'))).toEqual([
    '2026-03-07T17:00:00.000Z',
    '2026-03-08T16:00:00.000Z',
    '2026-03-09T16:00:00.000Z',
  ]);
  expect(noon('Europe/Zurich', at('2026-03-28T00:00:00Z'))).toEqual([
    '2026-03-28T11:00:00.000Z',
    '2026-03-29T10:00:00.000Z',
    '2026-03-30T10:00:00.000Z',
  ]);
});

test('once is once', () => {
  const once = { expression: 'at(2026-03-05T08:30:00)', timeZone: 'Europe/Zurich' };
  expect(dueTimes(once, created, 5)).toEqual(['2026-03-05T07:30:00.000Z']);
  const startMs = at('2026-03-06T00:00:00Z');
  expect(dueTimes({ ...once, startMs }, created, 5)).toEqual(['2026-03-05T07:30:00.000Z']);
  expect(dueTimes({ ...once, endMs: created + 1 }, created, 5)).toEqual(['2026-03-05T07:30:00.000Z']);
});
