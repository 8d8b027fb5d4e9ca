import { describe, expect, test } from 'vitest';
import type { SimpleShape } from '../schema/shape.ts';
import { readText, writeText } from './text.ts';

const simple = (type: SimpleShape['type']): SimpleShape => ({ kind: 'simple', type });
const moment = new Date('2026-02-03T04:05:06.000Z');

describe('values as text', () => {
  test.each([
    ['date-time', '2026-02-03T04:05:06Z'],
    ['http-date', 'Tue, 03 Feb 2026 04:05:06 GMT'],
    ['epoch', '1770091506'],
  ] as const)('a timestamp as %s', (format, text) => {
    expect(writeText(simple('timestamp'), moment, format)).toBe(text);
    expect(readText(simple('timestamp'), text, format)).toEqual(moment);
    // A shape with a format of its own does not care where it is.
    expect(writeText(simple(format), moment, 'epoch')).toBe(text);
  });

  test('a timestamp with milliseconds', () => {
    const precise = new Date(1770091506125);
    expect(writeText(simple('timestamp'), precise, 'date-time')).toBe('2026-02-03T04:05:06.125Z');
    expect(readText(simple('timestamp'), '1770091506.125', 'epoch')).toEqual(precise);
  });

  test.each([
    ['number', '12', 12],
    ['number', ' -1.5e3 ', -1500],
    ['number', 'NaN', Number.NaN],
    ['number', '-Infinity', Number.NEGATIVE_INFINITY],
    ['boolean', 'true', true],
    ['boolean', 'False', false],
    ['bigint', '9223372036854775807', 9223372036854775807n],
    ['string', ' as is ', ' as is '],
  ] as const)('reads a %s from %j', (type, text, value) => {
    expect(readText(simple(type), text, 'date-time')).toEqual(value);
  });

  test.each([
    ['number', ''],
    ['number', 'toString'],
    ['number', '1x'],
    ['boolean', '1'],
    ['bigint', '1.5'],
    ['blob', '*'],
    ['timestamp', 'soon'],
  ] as const)('refuses to read a %s from %j', (type, text) => {
    expect(() => readText(simple(type), text, 'date-time')).toThrow(
      /can not be converted|not a valid timestamp|Invalid base64/,
    );
  });

  test('base64 may be broken into lines', () => {
    expect(readText(simple('blob'), 'YWJj\nZGVm\n', 'date-time')).toEqual(Buffer.from('abcdef'));
  });
});
