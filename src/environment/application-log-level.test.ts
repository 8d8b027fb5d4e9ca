import { expect, test } from 'vitest';
import { ApplicationLogLevel } from './application-log-level.ts';

const timestamp = '2026-01-31T12:00:00.123Z';
const line = (fields: object): string => JSON.stringify({ timestamp, message: 'm', ...fields });

test.each([
  [undefined, ['INFO', 'warn', 'ERROR', 'CRITICAL'], ['DEBUG', 'trace']],
  ['WARN', ['WARNING', 'WARN', 'error', 'FATAL'], ['INFO', 'DEBUG', 'odd']],
  ['FATAL', ['FATAL', 'CRITICAL'], ['ERROR']],
  ['TRACE', ['TRACE', 'odd'], []],
])('at %s keeps %j and not %j', (threshold, kept, dropped) => {
  const level = new ApplicationLogLevel('JSON', threshold);
  for (const name of kept) expect(level.keeps(line({ level: name })), name).toBe(true);
  for (const name of dropped) expect(level.keeps(line({ level: name })), name).toBe(false);
});

test('without a level, or without a time, an object is INFO', () => {
  const odd = [{ level: 7 }, {}, { level: 'ERROR', timestamp: 'today' }, { level: 'ERROR', timestamp: 1 }];
  for (const fields of odd) {
    expect(new ApplicationLogLevel('JSON', 'INFO').keeps(line(fields))).toBe(true);
    expect(new ApplicationLogLevel('JSON', 'WARN').keeps(line(fields))).toBe(false);
  }
  const offset = line({ level: 'ERROR', timestamp: '2026-01-31T12:00:00+01:00' });
  expect(new ApplicationLogLevel('JSON', 'ERROR').keeps(offset)).toBe(true);
});

test('what is no object stays, and in the text format everything does', () => {
  for (const text of ['plain', '', '{broken', '[1]', '"DEBUG"'])
    expect(new ApplicationLogLevel('JSON', 'FATAL').keeps(text)).toBe(true);
  expect(new ApplicationLogLevel('Text', undefined).keeps(line({ level: 'TRACE' }))).toBe(true);
});
