import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../test/support/processor-time.ts';
import { JsonNumber, type JsonValue, readExactJson } from './exact-json.ts';

/** With plain numbers and ordinary objects, as JSON.parse makes them. */
function plain(value: JsonValue | undefined): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(
        JSON.stringify(value, (_, inner: unknown) => (inner instanceof JsonNumber ? inner.value : inner)),
      );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('readExactJson', () => {
  test('reads every JSON text as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), undefined, space);
        expect(plain(readExactJson(text)?.value)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('refuses what JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '"a"',
      '1',
      '-',
      '0',
      '.5',
      'e',
      'true',
      'nul',
      ' ',
      '\n',
      '\u0001',
    );
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 8 }), (text) => {
        expect(JSON.stringify(plain(readExactJson(text)?.value))).toBe(JSON.stringify(parsed(text)));
      }),
      { numRuns: 3000 },
    );
  });

  test.each(['300.0', '3e2', '3E+2', '-0', '1.10', '12345678901234567890'])(
    'keeps the text of %s',
    (text) => {
      expect(readExactJson(`{"n":[${text}]}`)?.value).toEqual({ n: [new JsonNumber(text)] });
    },
  );

  test('makes plain numbers of numbers written the plain way', () => {
    expect(readExactJson('[300, -1.5, 0, 1e+21]')?.value).toEqual([300, -1.5, 0, 1e21]);
  });

  test('takes names for what they are', () => {
    const value = readExactJson('{"__proto__":{"a":1},"toString":2,"a":1,"a":3}')?.value;
    expect(Object.entries(value ?? {})).toEqual([
      ['__proto__', { a: 1 }],
      ['toString', 2],
      ['a', 3],
    ]);
  });

  test('is not bothered by depth', () => {
    const depth = 200_000;
    expect(readExactJson('['.repeat(depth) + ']'.repeat(depth))).toBeDefined();
    expect(readExactJson('['.repeat(depth))).toBeUndefined();
    expect(readExactJson('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))).toBeDefined();
  });

  test('reads long runs of backslashes and quotes in linear time', () => {
    const text = JSON.stringify('\\"'.repeat(200_000));
    const read = (): void => expect(readExactJson(text)?.value).toBe(JSON.parse(text));
    expect(processorMs(read)).toBeLessThan(2000);
  });
});
